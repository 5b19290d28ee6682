-- Knowledge bases, what is in them, and files that wait to be made searchable. Passages and vectors lie with their own store.
CREATE TABLE knowledge (
  id TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE, name TEXT NOT NULL,
  description TEXT NOT NULL, search_text TEXT NOT NULL, meta TEXT, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);
CREATE INDEX knowledge_newest ON knowledge (updated_at DESC, id);
CREATE INDEX knowledge_user ON knowledge (user_id);

CREATE TABLE knowledge_directory (
  id TEXT PRIMARY KEY, knowledge_id TEXT NOT NULL REFERENCES knowledge (id) ON DELETE CASCADE,
  parent_id TEXT REFERENCES knowledge_directory (id) ON DELETE CASCADE, name TEXT NOT NULL, user_id TEXT NOT NULL,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX knowledge_directory_name ON knowledge_directory (knowledge_id, COALESCE(parent_id, ''), name);
CREATE INDEX knowledge_directory_parent ON knowledge_directory (parent_id);

CREATE TABLE knowledge_file (
  knowledge_id TEXT NOT NULL REFERENCES knowledge (id) ON DELETE CASCADE,
  file_id TEXT NOT NULL REFERENCES file (id) ON DELETE CASCADE,
  directory_id TEXT REFERENCES knowledge_directory (id) ON DELETE SET NULL,
  user_id TEXT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, PRIMARY KEY (knowledge_id, file_id)
);
CREATE INDEX knowledge_file_file ON knowledge_file (file_id);
CREATE INDEX knowledge_file_directory ON knowledge_file (directory_id);

-- `begun_at` is in milliseconds: whoever had no turn for longest is next. A lease that ended makes the file free again.
CREATE TABLE ingestion (
  file_id TEXT PRIMARY KEY REFERENCES file (id) ON DELETE CASCADE, user_id TEXT NOT NULL, state TEXT NOT NULL, reason TEXT,
  knowledge_id TEXT, directory_id TEXT, attempts BIGINT NOT NULL, owner TEXT, lease_until BIGINT NOT NULL,
  begun_at BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);
CREATE INDEX ingestion_state ON ingestion (state, user_id, created_at);
CREATE INDEX ingestion_turn ON ingestion (user_id, begun_at);
CREATE INDEX ingestion_knowledge ON ingestion (knowledge_id);
