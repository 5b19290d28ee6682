-- Uploaded files. The bytes lie with a storage; the text taken from them comes last, so that lists read past it cheaply.
CREATE TABLE file (
  id TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  filename TEXT NOT NULL, search_name TEXT NOT NULL, path TEXT, hash TEXT, status TEXT, error TEXT, meta TEXT NOT NULL,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, content TEXT
);
CREATE INDEX file_of_user ON file (user_id, created_at DESC, id);
CREATE INDEX file_newest ON file (created_at DESC, id);
CREATE INDEX file_status ON file (status);
