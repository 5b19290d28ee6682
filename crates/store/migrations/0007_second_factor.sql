-- A second factor at sign-in: what the person's device knows, what lies between password and session, an operator's way back.
CREATE TABLE second_factor (
  user_id TEXT PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
  secret TEXT NOT NULL, last_step BIGINT NOT NULL, recovery TEXT NOT NULL, created_at BIGINT NOT NULL
);
CREATE TABLE sign_in_challenge (
  token_hash TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  step TEXT NOT NULL, method TEXT NOT NULL, session_stamp TEXT, secret TEXT, attempts BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX sign_in_challenge_user ON sign_in_challenge (user_id);
CREATE TABLE second_factor_reset (
  user_id TEXT PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
  ticket_hash TEXT NOT NULL, expires_at BIGINT NOT NULL
);
