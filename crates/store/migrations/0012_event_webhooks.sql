-- Addresses that are told what happens on the server. `events` and `targets` are JSON lists.
CREATE TABLE event_webhook (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, url TEXT NOT NULL, enabled BOOLEAN NOT NULL, events TEXT NOT NULL,
  targets TEXT, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);
