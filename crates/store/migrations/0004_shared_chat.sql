-- A link to a chat, one at most. With a snapshot it shows the chat as it was; without, the chat as it is.
CREATE TABLE shared_chat (
  id TEXT PRIMARY KEY, chat_id TEXT NOT NULL REFERENCES chat (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  title TEXT, snapshot TEXT, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX shared_chat_chat ON shared_chat (chat_id);
CREATE INDEX shared_chat_user ON shared_chat (user_id);
