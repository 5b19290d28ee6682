-- Chats that were there before their words were kept for searching; emptied piece by piece while the server runs.
CREATE TABLE chat_unsearched (
  chat_id TEXT PRIMARY KEY REFERENCES chat (id) ON DELETE CASCADE, updated_at BIGINT NOT NULL, before_seq BIGINT
);
INSERT INTO chat_unsearched (chat_id, updated_at) SELECT id, updated_at FROM chat;
CREATE INDEX chat_unsearched_order ON chat_unsearched (updated_at, chat_id);
