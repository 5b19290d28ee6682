-- What people were granted at tool servers that ask everybody to sign in; sealed.
CREATE TABLE tool_sign_in (
  user_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE, server TEXT NOT NULL,
  sealed TEXT NOT NULL, updated_at BIGINT NOT NULL,
  PRIMARY KEY (user_id, server)
);
