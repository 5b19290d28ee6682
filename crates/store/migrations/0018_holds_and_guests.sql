-- What is held belongs to a process and perhaps to a turn, so that it can be settled when the process dies. Of those who
-- spend from one counter at the end of a budget one may pass its end: who that is stands with the counter.
ALTER TABLE spending_hold ADD COLUMN owner TEXT NOT NULL DEFAULT '';
ALTER TABLE spending_hold ADD COLUMN turn_id TEXT;
ALTER TABLE spending_hold ADD COLUMN asked BIGINT NOT NULL DEFAULT 0;
ALTER TABLE spending ADD COLUMN over_id TEXT;
CREATE INDEX spending_hold_turn ON spending_hold (turn_id);

-- Messages that somebody else wrote into a chat than its owner. They show the writer's files and nobody else's.
CREATE TABLE guest_message (
  chat_id TEXT NOT NULL, message_id TEXT NOT NULL, user_id TEXT NOT NULL,
  PRIMARY KEY (chat_id, message_id),
  FOREIGN KEY (chat_id, message_id) REFERENCES message (chat_id, id) ON DELETE CASCADE
);
CREATE INDEX guest_message_user ON guest_message (user_id);
