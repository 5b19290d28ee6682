-- Notes get writers. `searched` is title and text in lower case, which SQLite cannot make of every letter.
ALTER TABLE note ADD COLUMN searched TEXT NOT NULL DEFAULT '';
CREATE INDEX note_user ON note (user_id, updated_at);
-- What somebody asks models about a note; it goes with the note.
CREATE TABLE note_chat (
  chat_id TEXT PRIMARY KEY REFERENCES chat (id) ON DELETE CASCADE,
  note_id TEXT NOT NULL REFERENCES note (id) ON DELETE CASCADE
);
CREATE INDEX note_chat_note ON note_chat (note_id);
