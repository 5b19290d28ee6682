//! Notes that a socket has open: what others save of them arrives in their rooms.

use std::sync::Arc;

use airis_access::{AccessError, Readable};
use airis_domain::{Json, Note};

use crate::inbound::current;
use crate::rooms::note_room;
use crate::seat::Seat;
use crate::{Inner, places};

/// Longest note id that is believed.
const LONGEST_ID: usize = 256;

/// `join-note`: whether the socket hears of the note from now on.
pub(crate) async fn join(inner: &Arc<Inner>, seat: &Arc<Seat>, data: &Json) -> bool {
    let Some(id) = id(data) else { return false };
    if !may_read(inner, seat, id).await {
        return false;
    }
    if let Some(closed) = seat.open_note(id) {
        let room = note_room(&closed);
        inner.rooms.leave(&room, seat);
        places::tell(inner, &room);
    }
    let room = note_room(id);
    inner.rooms.join(room.clone(), seat);
    places::told(inner, &room).await;
    // What was taken away while this was asked took nobody out of the room.
    let still = may_read(inner, seat, id).await;
    if !still {
        close(inner, seat, id);
    }
    still
}

/// `leave-note`, which only our own client says.
pub(crate) fn leave(inner: &Inner, seat: &Arc<Seat>, data: &Json) -> bool {
    let Some(id) = id(data) else { return false };
    close(inner, seat, id);
    true
}

/// Closes every note that a socket had open.
pub(crate) fn leave_all(inner: &Inner, seat: &Arc<Seat>) {
    for id in seat.notes() {
        close(inner, seat, &id);
    }
}

/// Takes a socket out of the room of a note.
pub(crate) fn close(inner: &Inner, seat: &Arc<Seat>, id: &str) {
    seat.close_note(id);
    let room = note_room(id);
    if inner.rooms.leave(&room, seat) {
        places::tell(inner, &room);
    }
}

fn id(data: &Json) -> Option<&str> {
    data.get("note_id").and_then(Json::as_str).filter(|id| !id.is_empty() && id.len() <= LONGEST_ID)
}

async fn may_read(inner: &Arc<Inner>, seat: &Arc<Seat>, id: &str) -> bool {
    let Some(person) = current(inner, seat).await else { return false };
    let found = match inner.store.user(&person.id).await {
        Ok(Some(user)) => Readable::<Note>::note(&inner.store, &inner.config, &user, id).await,
        Ok(None) => return false,
        Err(error) => Err(error.into()),
    };
    match found {
        Ok(_) => true,
        Err(AccessError::Store(error)) => {
            tracing::warn!(%error, "rights on a note could not be read");
            false
        }
        Err(_) => false,
    }
}
