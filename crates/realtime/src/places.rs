//! Telling other instances which rooms have sockets here, and who sits in them.

use airis_domain::Json;
use serde_json::json;

use crate::Inner;
use crate::sessions::Person;

/// Tells how a room is after somebody came or went; returns when others know.
pub(crate) async fn told(inner: &Inner, room: &str) {
    inner.bus.mark(room, || standing(inner, room)).await;
}

/// The same without waiting.
pub(crate) fn tell(inner: &Inner, room: &str) {
    inner.bus.mark_soon(room, || standing(inner, room));
}

/// Who is in a room, as others read it; `None` when nobody is. Only of chats anybody asks who is there.
fn standing(inner: &Inner, room: &str) -> Option<Json> {
    let members = inner.rooms.inside(room)?;
    let people = if room.starts_with("chat:") { inner.rooms.people(&members) } else { Vec::new() };
    Some(people.iter().map(|person| shown(person)).collect())
}

/// A person as others in a chat see them.
pub(crate) fn shown(person: &Person) -> Json {
    json!({ "id": person.id, "name": person.name })
}
