-- Every list of chats is decided on the index alone; a chat's row, which holds its blob, is read only when it is shown.
CREATE INDEX chat_page ON chat (user_id, updated_at DESC, id, internal, archived, pinned, folder_id);
CREATE INDEX chat_shelf ON chat (user_id, archived, pinned, updated_at DESC, id);
DROP INDEX chat_list;
DROP INDEX chat_pinned;
