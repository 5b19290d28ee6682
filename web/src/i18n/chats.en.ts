/** What is said about tags and copies of chats, and about single messages. */
export default {
  'tags.this': 'Tags of this chat',
  'tags.title': 'Tags of “{title}”',
  'tags.hint': 'At the top of the sidebar you can show the chats that have a tag. Models give some by themselves.',
  'tags.filter': 'Show chats with a tag',
  'tags.only': 'Tag “{tag}”',
  'tags.all': 'Show all chats',
  'message.more': 'More',
  'message.fork': 'Continue in a new chat',
  'message.deleteTitle': 'Delete this message?',
  'message.deleteQuestion': 'It and the replies to it will be gone for good.',
  'message.deleteReply': 'It will be gone for good.',
  'message.deleteAbove': 'It and what was asked right after it will be gone for good.',
} as const
