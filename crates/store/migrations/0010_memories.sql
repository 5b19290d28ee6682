-- What people want models to remember. `vector` is what a text means, in the numbers of `vector_model`.
CREATE TABLE memory (
  id TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE, type TEXT NOT NULL, path TEXT,
  content TEXT NOT NULL, meta TEXT, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
  vector_model TEXT, vector TEXT
);
CREATE INDEX memory_user ON memory (user_id, created_at, id);
