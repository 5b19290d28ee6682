-- What people say of replies. `model_id` and `rating` (1 for, -1 against) repeat what `data` says, to be counted here.
CREATE TABLE feedback (
  id TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE, version BIGINT NOT NULL,
  type TEXT NOT NULL, data TEXT, meta TEXT, snapshot TEXT, model_id TEXT, rating BIGINT,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);
CREATE INDEX feedback_user ON feedback (user_id, created_at);
CREATE INDEX feedback_model ON feedback (model_id, created_at);

-- Counting replies reads this index alone, never the messages. PostgreSQL has no room in an index for longer names.
CREATE INDEX message_use ON message (role, timestamp, model, chat_id) WHERE LENGTH(model) <= 256;
