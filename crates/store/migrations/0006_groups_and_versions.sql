-- Groups in the order they were made, what is granted to them, and the saved states of stored models.
ALTER TABLE user_group ADD COLUMN ordinal BIGINT NOT NULL DEFAULT 0;
CREATE INDEX user_group_parent ON user_group (parent_group_id);
CREATE INDEX access_grant_principal ON access_grant (principal_type, principal_id);

ALTER TABLE model ADD COLUMN version_id TEXT;
CREATE TABLE model_version (
  id TEXT PRIMARY KEY, model_id TEXT NOT NULL REFERENCES model (id) ON DELETE CASCADE, ordinal BIGINT NOT NULL,
  parent_id TEXT, snapshot TEXT NOT NULL, user_id TEXT NOT NULL, commit_message TEXT, created_at BIGINT NOT NULL
);
CREATE INDEX model_version_order ON model_version (model_id, ordinal);
