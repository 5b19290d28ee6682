-- One text for SQLite and PostgreSQL. JSON is kept as text, so that key order and every character survive on both.
CREATE TABLE account (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, role TEXT NOT NULL,
  profile_image_url TEXT NOT NULL, profile_banner_image_url TEXT, username TEXT, bio TEXT, gender TEXT,
  date_of_birth TEXT, timezone TEXT, presence_state TEXT, status_emoji TEXT, status_message TEXT,
  status_expires_at BIGINT, info TEXT, settings TEXT, oauth TEXT, scim TEXT, variables TEXT,
  last_active_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, created_at BIGINT NOT NULL, ordinal BIGINT NOT NULL
);
CREATE UNIQUE INDEX account_email ON account (email);
CREATE INDEX account_created ON account (created_at, ordinal);
CREATE INDEX account_active ON account (last_active_at);

CREATE TABLE credential (
  user_id TEXT PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
  password_hash TEXT NOT NULL, active BOOLEAN NOT NULL, session_stamp TEXT
);
CREATE TABLE api_key (
  user_id TEXT PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
  secret TEXT NOT NULL, created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX api_key_secret ON api_key (secret);
CREATE TABLE revoked_token (jti TEXT PRIMARY KEY, expires_at BIGINT);

CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL, updated_at BIGINT NOT NULL);
CREATE TABLE setting_version (id BIGINT PRIMARY KEY, version BIGINT NOT NULL);
INSERT INTO setting_version (id, version) VALUES (1, 1);

CREATE TABLE chat (
  id TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  title TEXT NOT NULL, blob TEXT NOT NULL, current_message_id TEXT, meta TEXT NOT NULL, internal BOOLEAN NOT NULL,
  folder_id TEXT, share_id TEXT, archived BOOLEAN NOT NULL, pinned BOOLEAN NOT NULL, tasks TEXT, summary TEXT,
  variables TEXT, last_read_at BIGINT, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);
CREATE INDEX chat_list ON chat (user_id, updated_at DESC, id);
CREATE INDEX chat_pinned ON chat (user_id, pinned);
CREATE INDEX chat_folder ON chat (folder_id);

CREATE TABLE message (
  chat_id TEXT NOT NULL REFERENCES chat (id) ON DELETE CASCADE, id TEXT NOT NULL, seq BIGINT NOT NULL,
  parent_id TEXT, role TEXT NOT NULL, content TEXT NOT NULL, output TEXT, model TEXT, done BOOLEAN, usage TEXT,
  error TEXT, files TEXT, sources TEXT, status_history TEXT, timestamp BIGINT, rest TEXT NOT NULL,
  PRIMARY KEY (chat_id, id)
);
CREATE INDEX message_order ON message (chat_id, seq);
CREATE INDEX message_parent ON message (chat_id, parent_id);

CREATE TABLE turn (
  id TEXT PRIMARY KEY, chat_id TEXT NOT NULL REFERENCES chat (id) ON DELETE CASCADE, message_id TEXT NOT NULL,
  user_id TEXT NOT NULL, state TEXT NOT NULL, owner TEXT NOT NULL, fence BIGINT NOT NULL,
  lease_until_ms BIGINT NOT NULL, checkpoint TEXT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);
CREATE INDEX turn_chat ON turn (chat_id, state);
CREATE INDEX turn_state ON turn (state, lease_until_ms);
CREATE INDEX turn_user ON turn (user_id, state);

CREATE TABLE tag (
  id TEXT NOT NULL, user_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE, name TEXT NOT NULL, meta TEXT,
  PRIMARY KEY (user_id, id)
);
CREATE TABLE chat_tag (
  chat_id TEXT NOT NULL REFERENCES chat (id) ON DELETE CASCADE, tag_id TEXT NOT NULL, user_id TEXT NOT NULL,
  PRIMARY KEY (chat_id, tag_id)
);
CREATE INDEX chat_tag_user ON chat_tag (user_id, tag_id);

CREATE TABLE folder (
  id TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE, parent_id TEXT,
  name TEXT NOT NULL, items TEXT, meta TEXT, data TEXT, is_expanded BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);
CREATE INDEX folder_user ON folder (user_id);

CREATE TABLE model (
  id TEXT PRIMARY KEY, user_id TEXT NOT NULL, base_model_id TEXT, name TEXT NOT NULL, params TEXT NOT NULL,
  meta TEXT NOT NULL, is_active BOOLEAN NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);
CREATE TABLE access_grant (
  id TEXT PRIMARY KEY, resource_type TEXT NOT NULL, resource_id TEXT NOT NULL, principal_type TEXT NOT NULL,
  principal_id TEXT NOT NULL, permission TEXT NOT NULL, created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX access_grant_once
  ON access_grant (resource_type, resource_id, principal_type, principal_id, permission);
CREATE TABLE user_group (
  id TEXT PRIMARY KEY, user_id TEXT, name TEXT NOT NULL, description TEXT, data TEXT, meta TEXT, permissions TEXT,
  parent_group_id TEXT, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);
CREATE TABLE group_member (
  group_id TEXT NOT NULL REFERENCES user_group (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE, created_at BIGINT NOT NULL,
  PRIMARY KEY (group_id, user_id)
);
CREATE INDEX group_member_user ON group_member (user_id);
