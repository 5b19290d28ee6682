//! Who else looks at a chat.

use std::sync::Arc;

use airis_domain::ChatId;
use serde_json::json;

use crate::Inner;
use crate::inbound::emit;
use crate::rooms::chat_room;
use crate::seat::Seat;

/// Tells everybody in a chat's room who is there.
pub(crate) fn publish(inner: &Inner, chat: &ChatId) {
    let room = chat_room(chat);
    let people = inner.rooms.people(&inner.rooms.members(&room));
    let users: Vec<_> = people.iter().map(|person| json!({ "id": person.id, "name": person.name })).collect();
    let data = json!({ "type": "chat:presence", "data": { "users": users } });
    emit(inner, room, json!({ "chat_id": chat, "shared": true, "data": data }), None);
}

/// Closes every chat a socket had open.
pub(crate) fn leave_all(inner: &Inner, seat: &Arc<Seat>) {
    for chat in seat.chats() {
        seat.close_chat(&chat);
        if inner.rooms.leave(&chat_room(&chat), seat) {
            publish(inner, &chat);
        }
    }
}
