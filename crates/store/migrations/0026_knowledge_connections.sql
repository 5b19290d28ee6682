-- Servers of others that have passages, and what opens them.
CREATE TABLE knowledge_connection (
  id TEXT PRIMARY KEY, user_id TEXT NOT NULL, name TEXT NOT NULL, provider TEXT NOT NULL, endpoint TEXT NOT NULL,
  auth TEXT, config TEXT, capabilities TEXT, enabled BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);
