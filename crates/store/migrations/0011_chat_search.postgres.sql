-- The words of a title (without a message) or a message. They lie beside the rows, so that many rows fit on a page.
CREATE TABLE chat_text (
  chat_id TEXT NOT NULL REFERENCES chat (id) ON DELETE CASCADE, message_id TEXT NOT NULL, digest BIGINT NOT NULL,
  words TSVECTOR NOT NULL, PRIMARY KEY (chat_id, message_id)
) WITH (toast_tuple_target = 128);
ALTER TABLE chat_text ALTER COLUMN words SET STORAGE EXTERNAL;
CREATE INDEX chat_text_words ON chat_text USING gin (words) WITH (gin_pending_list_limit = 512);
