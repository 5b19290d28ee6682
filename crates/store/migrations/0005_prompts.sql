-- Prompts that people call by a command. A version keeps a whole snapshot; its number orders a prompt's history.
CREATE TABLE prompt (
  id TEXT PRIMARY KEY, command TEXT NOT NULL, user_id TEXT NOT NULL, name TEXT NOT NULL, content TEXT NOT NULL,
  data TEXT NOT NULL, meta TEXT NOT NULL, tags TEXT NOT NULL, is_active BOOLEAN NOT NULL, version_id TEXT,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX prompt_command ON prompt (command);
CREATE TABLE prompt_version (
  id TEXT PRIMARY KEY, prompt_id TEXT NOT NULL REFERENCES prompt (id) ON DELETE CASCADE, number BIGINT NOT NULL,
  parent_id TEXT, snapshot TEXT NOT NULL, user_id TEXT NOT NULL, message TEXT, created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX prompt_version_number ON prompt_version (prompt_id, number);
