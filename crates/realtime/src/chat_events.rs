//! `events:chat`: opening and closing a chat, typing, reading, and resuming a running reply.

use std::sync::Arc;

use airis_access::{AccessError, LiveRights};
use airis_domain::{ChatId, Json, now};
use airis_store::{ChatListQuery, ChatPatch, StoreError};
use serde_json::json;

use crate::inbound::{current, emit};
use crate::patience::read_patiently;
use crate::rooms::{chat_room, user_room};
use crate::seat::Seat;
use crate::sessions::Person;
use crate::{Inner, places, presence};

/// Chats one socket may have open at a time.
const OPEN_CHATS: usize = 64;
/// Handles one event; the answer is its acknowledgement.
pub(crate) async fn handle(inner: &Arc<Inner>, seat: &Arc<Seat>, data: &Json) -> Json {
    let refused = Json::Bool(false);
    let Some(chat) = data.get("chat_id").and_then(Json::as_str).map(ChatId::from) else { return refused };
    let Some(kind) = data.pointer("/data/type").and_then(Json::as_str) else { return refused };
    let Some(person) = current(inner, seat).await else { return refused };
    match kind {
        "join" => Json::Bool(join(inner, seat, &person, &chat).await),
        "leave" => Json::Bool(leave(inner, seat, &chat)),
        "typing" => {
            let typing = data.pointer("/data/data/typing").and_then(Json::as_bool).unwrap_or(false);
            Json::Bool(type_in(inner, seat, &person, &chat, typing).await)
        }
        "last_read_at" => Json::Bool(read(inner, &person, &chat).await),
        "resume" => {
            let message = data.pointer("/data/data/message_id").and_then(Json::as_str);
            resume(inner, &person, &chat, message).await
        }
        _ => refused,
    }
}

/// What somebody may do with a chat.
struct Rights {
    owner: bool,
    read: bool,
    write: bool,
    folder_id: Option<String>,
}

async fn rights(inner: &Inner, person: &Person, chat: &ChatId) -> Option<Rights> {
    found_rights(inner, person, chat).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "chat rights could not be read");
        None
    })
}

async fn found_rights(inner: &Inner, person: &Person, chat: &ChatId) -> Result<Option<Rights>, StoreError> {
    if chat.is_temporary() {
        let sid = chat.as_str().split_once(':').map_or("", |(_, sid)| sid);
        let owner = inner.owner(sid).await.is_some_and(|id| id == person.id);
        return Ok(Some(Rights { owner, read: owner, write: owner, folder_id: None }));
    }
    let Some(found) = inner.store.chat(chat).await? else { return Ok(None) };
    let owner = found.user_id == person.id;
    let LiveRights { read, write } = if owner || person.admin {
        LiveRights { read: true, write: true }
    } else if found.share_id.is_some() {
        LiveRights::of(&inner.store, &person.id, chat).await.or_else(|error| match error {
            AccessError::Store(error) => Err(error),
            refused => {
                tracing::debug!(%refused, "a link gives no rights");
                Ok(LiveRights::default())
            }
        })?
    } else {
        LiveRights::default()
    };
    Ok(Some(Rights { owner, read, write, folder_id: found.folder_id }))
}

async fn join(inner: &Arc<Inner>, seat: &Arc<Seat>, person: &Person, chat: &ChatId) -> bool {
    if chat.is_temporary() || seat.chats().len() >= OPEN_CHATS {
        return false;
    }
    if !rights(inner, person, chat).await.is_some_and(|rights| rights.read) {
        return false;
    }
    seat.open_chat(chat);
    let room = chat_room(chat);
    inner.rooms.join(room.clone(), seat);
    places::told(inner, &room).await;
    presence::publish(inner, chat);
    true
}

fn leave(inner: &Arc<Inner>, seat: &Arc<Seat>, chat: &ChatId) -> bool {
    seat.close_chat(chat);
    let left = inner.rooms.leave(&chat_room(chat), seat);
    if left {
        presence::publish(inner, chat);
    }
    left
}

async fn type_in(inner: &Arc<Inner>, seat: &Arc<Seat>, person: &Person, chat: &ChatId, typing: bool) -> bool {
    if !seat.has_chat(chat) || !rights(inner, person, chat).await.is_some_and(|rights| rights.write) {
        return false;
    }
    let data = json!({ "type": "typing", "data": { "typing": typing } });
    let user = json!({ "id": person.id, "name": person.name });
    let payload = json!({ "chat_id": chat, "shared": true, "user": user, "data": data });
    emit(inner, chat_room(chat), payload, Some(seat.id()));
    true
}

async fn read(inner: &Arc<Inner>, person: &Person, chat: &ChatId) -> bool {
    let Some(rights) = rights(inner, person, chat).await.filter(|rights| rights.owner) else { return false };
    if chat.is_temporary() {
        return false;
    }
    let at = now();
    let patch = ChatPatch { last_read_at: Some(Some(at)), ..ChatPatch::default() };
    if let Err(error) = inner.store.update_chat(chat, &patch).await {
        tracing::warn!(%error, "reading time not saved");
        return false;
    }
    let unread = unread_in(inner, person, rights.folder_id).await;
    let data = json!({ "chat_id": chat, "last_read_at": at, "folder_unread_counts": unread });
    emit(inner, user_room(&person.id), json!({ "chat_id": chat, "data": { "type": "chat:list", "data": data } }), None);
    true
}

/// The live state of a running reply, so that the client goes on without a gap; null when it does not run.
async fn resume(inner: &Arc<Inner>, person: &Person, chat: &ChatId, message: Option<&str>) -> Json {
    let Some(message) = message else { return Json::Null };
    let read = read_patiently(|| state(inner, person, chat, message)).await;
    read.inspect_err(|error| tracing::warn!(%error, "live state could not be read")).ok().flatten().unwrap_or_default()
}

async fn state(
    inner: &Inner,
    person: &Person,
    chat: &ChatId,
    message: &str,
) -> Result<Option<Json>, airis_turns::TurnError> {
    if !found_rights(inner, person, chat).await?.is_some_and(|rights| rights.read) {
        return Ok(None);
    }
    let live = inner.turns.live(chat).await?.into_iter().find(|live| live.message_id.as_str() == message);
    Ok(live.map(|live| {
        json!({
            "turn_id": live.turn_id,
            "seq": live.seq,
            "output": live.output,
            "content": live.content,
            "done": false,
        })
    }))
}

async fn unread_in(inner: &Inner, person: &Person, folder: Option<String>) -> Json {
    let Some(folder) = folder else { return json!({}) };
    let query = ChatListQuery { folder: Some(Some(folder.clone())), ..ChatListQuery::default() };
    match inner.store.chats(&person.id, &query).await {
        Ok(chats) => {
            let unread = chats.iter().filter(|chat| chat.last_read_at.is_none_or(|at| at < chat.updated_at)).count();
            json!({ folder: unread })
        }
        Err(error) => {
            tracing::debug!(%error, "unread counts could not be read");
            json!({})
        }
    }
}
