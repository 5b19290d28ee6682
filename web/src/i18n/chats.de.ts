/** Was über Schlagwörter und Kopien von Chats und über einzelne Nachrichten gesagt wird. */
export default {
  'tags.this': 'Schlagwörter dieses Chats',
  'tags.title': 'Schlagwörter von „{title}“',
  'tags.hint': 'Oben in der Seitenleiste zeigst du die Chats mit einem Schlagwort. Manche vergeben Modelle von selbst.',
  'tags.filter': 'Chats mit einem Schlagwort zeigen',
  'tags.only': 'Schlagwort „{tag}“',
  'tags.all': 'Alle Chats zeigen',
  'message.more': 'Mehr',
  'message.fork': 'In neuem Chat fortsetzen',
  'message.deleteTitle': 'Diese Nachricht löschen?',
  'message.deleteQuestion': 'Sie und die Antworten darauf sind dann endgültig weg.',
  'message.deleteReply': 'Sie ist dann endgültig weg.',
  'message.deleteAbove': 'Sie und was gleich danach gefragt wurde sind dann endgültig weg.',
}
