-- Who somebody is at other identity providers, and the sessions that they have there. Tokens arrive sealed.
CREATE TABLE account_identity (
  provider TEXT NOT NULL, subject TEXT NOT NULL, user_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  created_at BIGINT NOT NULL, PRIMARY KEY (provider, subject)
);
CREATE INDEX account_identity_user ON account_identity (user_id);
CREATE TABLE oauth_session (
  id TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE, provider TEXT NOT NULL,
  sid TEXT, subject TEXT, token TEXT NOT NULL, expires_at BIGINT NOT NULL, created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX oauth_session_user ON oauth_session (user_id, provider, created_at);
CREATE INDEX oauth_session_sid ON oauth_session (provider, sid);
CREATE INDEX oauth_session_subject ON oauth_session (provider, subject);
