-- A title (without a message) or a message whose words `chat_words` has under the same number; later ones have larger numbers.
CREATE TABLE chat_text (
  id INTEGER PRIMARY KEY, chat_id TEXT NOT NULL REFERENCES chat (id) ON DELETE CASCADE, message_id TEXT NOT NULL,
  digest BIGINT NOT NULL
);
CREATE UNIQUE INDEX chat_text_message ON chat_text (chat_id, message_id);
CREATE VIRTUAL TABLE chat_words USING fts5 (words, content = '', contentless_delete = 1, tokenize = 'ascii', prefix = '2 3');
CREATE TRIGGER chat_text_gone AFTER DELETE ON chat_text BEGIN
  DELETE FROM chat_words WHERE rowid = old.id;
END;
