-- What the first page of a client lists: tools, functions, skills, channels and notes. Their writers come later.
CREATE TABLE tool (
  id TEXT PRIMARY KEY, user_id TEXT NOT NULL, name TEXT NOT NULL, content TEXT NOT NULL, specs TEXT NOT NULL,
  meta TEXT NOT NULL, valves TEXT, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);
CREATE TABLE function (
  id TEXT PRIMARY KEY, user_id TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, content TEXT NOT NULL,
  meta TEXT NOT NULL, valves TEXT, is_active BOOLEAN NOT NULL, is_global BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);
CREATE TABLE skill (
  id TEXT PRIMARY KEY, user_id TEXT NOT NULL, name TEXT NOT NULL, description TEXT, content TEXT NOT NULL,
  meta TEXT, data TEXT, is_active BOOLEAN NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);
CREATE TABLE channel (
  id TEXT PRIMARY KEY, user_id TEXT NOT NULL, name TEXT NOT NULL, description TEXT, data TEXT, meta TEXT, type TEXT,
  is_private BOOLEAN, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);
CREATE TABLE channel_member (
  channel_id TEXT NOT NULL REFERENCES channel (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE, joined_at BIGINT NOT NULL,
  PRIMARY KEY (channel_id, user_id)
);
CREATE TABLE note (
  id TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE, title TEXT NOT NULL,
  data TEXT, meta TEXT, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);
CREATE TABLE pinned_note (
  user_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  note_id TEXT NOT NULL REFERENCES note (id) ON DELETE CASCADE, created_at BIGINT NOT NULL,
  PRIMARY KEY (user_id, note_id)
);
