-- Files that arrive in several requests. The pieces lie with the storage until the last one is there; whom they belong
-- to is no reference, so that what a removed person left unfinished is found and cleared away.
CREATE TABLE upload (
  id TEXT PRIMARY KEY, user_id TEXT NOT NULL, filename TEXT NOT NULL, content_type TEXT, metadata TEXT NOT NULL,
  process BOOLEAN NOT NULL, size BIGINT NOT NULL, received BIGINT NOT NULL, joined_at BIGINT, updated_at BIGINT NOT NULL
);
CREATE INDEX upload_age ON upload (updated_at);
CREATE INDEX upload_of_user ON upload (user_id);
CREATE TABLE upload_piece (
  upload_id TEXT NOT NULL REFERENCES upload (id) ON DELETE CASCADE, start BIGINT NOT NULL, size BIGINT NOT NULL,
  path TEXT NOT NULL,
  PRIMARY KEY (upload_id, start)
);
