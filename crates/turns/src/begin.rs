//! From a request to stored messages and running turns, in one transaction.

use airis_access::{AccessError, JoinedChat};
use airis_domain::{
    Chat, ChatId, Json, JsonMap, Message, MessageId, MessageRole, Role, Turn, TurnId, TurnState, User, now,
};
use airis_store::{ChatPatch, NewTurn};
use airis_telemetry::trace;
use serde_json::json;
use tracing::Instrument;

use crate::form::{Background, Form, Wanted};
use crate::job::envelope;
use crate::models::{Resolved, resolve};
use crate::{Inner, Start, Started, TurnError, arena, elsewhere, folders, items, lease, run, traced};

/// Keys of the body that a take-over does not need or that are too large to keep twice.
const NOT_KEPT: [&str; 6] = ["user_message", "parent_message", "model_item", "tool_servers", "message_ids", "chat_id"];

/// The fence of a turn that nobody has taken since it was stored.
pub const FENCE: i64 = 1;

/// Where a reply names the model that an arena picked.
const SELECTED: &str = "selectedModelId";

pub async fn start(inner: &std::sync::Arc<Inner>, user: &User, body: JsonMap) -> Result<Started, TurnError> {
    // Others go on from what is stored; nobody else can run what may not be stored.
    let hand_on = inner.is_draining();
    if hand_on && !inner.bus.has_peers() {
        return Err(TurnError::Draining);
    }
    let mut form = Form::read(body)?;
    if hand_on && form.chat.as_ref().is_some_and(ChatId::is_temporary) {
        return Err(TurnError::Draining);
    }
    let mut models: Vec<Resolved> = Vec::new();
    for wanted in &form.wanted {
        let model = answering(inner, user, &form, wanted, &models).await?;
        inner.providers.may_reply(user, &model.base, &model.id).await?;
        models.push(model);
    }
    let temporary = form.chat.as_ref().is_some_and(ChatId::is_temporary);
    let joined = match &form.chat {
        Some(id) if !temporary => Some(joined(inner, user, id).await?),
        _ => None,
    };
    let guest = joined.as_ref().is_some_and(|joined| joined.guest);
    let existing = joined.map(|joined| joined.chat);
    if guest {
        // What a chat is called is its owner's business.
        form.background = Background { title: false, tags: false, ..form.background };
    }
    if existing.is_none() && !temporary {
        may_create(inner, user).await?;
    }
    let chat_id = form.chat.clone().unwrap_or_else(ChatId::random);
    let folder = match &existing {
        Some(chat) => chat.folder_id.clone(),
        None => folders::own(inner, user, form.folder.take()).await?,
    };
    form.folder.clone_from(&folder);
    let turns: Vec<TurnId> = form.wanted.iter().map(|_| TurnId::random()).collect();
    let mut extended = if temporary { form.take_trailing_reply() } else { None };
    let mut parent = form.reply_parent();
    if !temporary {
        let mut new = plan(inner, user, &form, existing.as_ref(), &chat_id, &turns, &models).await?;
        if guest {
            add_only(inner, &form, &new).await?;
            new.patch = ChatPatch { touch: true, ..ChatPatch::default() };
            new.guest = Some(user.id.clone());
            for message in new.messages.iter_mut().filter(|message| form.extends.as_ref() != Some(&message.id)) {
                // Nobody speaks in the name of another.
                message.rest.shift_remove("user");
                message.rest.shift_remove("user_id");
                sign(user, &mut message.rest);
            }
        }
        if hand_on {
            for turn in &mut new.turns {
                turn.owner.clear();
                turn.lease_until_ms = 0;
            }
        }
        inner.store.begin_turns(&new).instrument(traced::store(inner, "begin_turns")).await?;
        let spoken = form.reply_parent().unwrap_or_else(|| form.wanted[0].message.clone());
        let list = json!({"chat_id": chat_id, "folder_id": folder});
        let told = envelope(&chat_id, &spoken, "chat:list", list);
        if let Some(owner) = existing.as_ref().map(|chat| &chat.user_id).filter(|owner| **owner != user.id) {
            inner.tell_room(format!("user:{owner}"), told.clone(), None);
        }
        inner.tell_user(user, told);
        if existing.is_some() {
            share_messages(inner, user, &chat_id, &form, &new);
        }
        if hand_on {
            inner.bus.publish(elsewhere::ORPHANS, json!({}));
            return Ok(Started { task_ids: turns, chat_id });
        }
        if let Some(there) = elsewhere::of_session(inner, form.session.as_deref()).await {
            inner.spawn_lesser(elsewhere::give(inner.clone(), there, turns.clone(), trace::header()));
            return Ok(Started { task_ids: turns, chat_id });
        }
        if let Some(message) = form.extends.as_ref().and_then(|id| new.messages.iter().find(|one| one.id == *id)) {
            parent.clone_from(&message.parent_id);
            extended = Some(items::of_message(message.output.as_ref(), &message.content));
        }
    }
    let mut kept = form.body.clone();
    for name in NOT_KEPT {
        kept.remove(name);
    }
    let kept = std::sync::Arc::new(kept);
    for (index, ((wanted, turn), model)) in form.wanted.iter().zip(&turns).zip(models).enumerate() {
        let start = Start {
            turn: turn.clone(),
            chat: chat_id.clone(),
            message: wanted.message.clone(),
            user: user.clone(),
            folder: folder.clone(),
            model,
            body: (*kept).clone(),
            background: form.background,
            session: form.session.clone(),
            extends: form.extends.is_some(),
            fence: FENCE,
            first: index == 0,
            parent: parent.clone(),
            paid: false,
            taken_over: false,
            log: None,
        };
        let extended = extended.take();
        inner.begin_from(start, |_, progress| {
            if let Some(items) = extended {
                progress.writer.resume(items, true);
            }
        });
    }
    run::launch(inner, &chat_id, &turns);
    Ok(Started { task_ids: turns, chat_id })
}

/// The model of one reply. Replies of one request that are an arena's come from different models where there are some; a
/// reply that is extended stays with the model that began it.
async fn answering(
    inner: &Inner,
    user: &User,
    form: &Form,
    wanted: &Wanted,
    before: &[Resolved],
) -> Result<Resolved, TurnError> {
    let same: Vec<Resolved> = before.iter().filter(|model| model.id == wanted.model).cloned().collect();
    let Some(arena) = arena::find(&inner.config, &wanted.model) else {
        return match same.into_iter().next() {
            Some(model) => Ok(model),
            None => resolve(inner, user, &wanted.model).await,
        };
    };
    if let (Some(id), Some(chat)) = (&form.extends, &form.chat)
        && let Some(message) = inner.store.message(chat, id).await?
        && let Some(selected) = selected(&message)
    {
        return arena::again(inner, user, &arena, selected).await;
    }
    arena::pick(inner, user, &arena, &same).await
}

/// The model that an arena picked for a stored reply.
pub fn selected(message: &Message) -> Option<&str> {
    message.rest.get(SELECTED).and_then(Json::as_str)
}

/// The chat, if the asker may say something in it. What they may not is as good as missing.
pub async fn joined(inner: &Inner, user: &User, id: &ChatId) -> Result<JoinedChat, TurnError> {
    JoinedChat::of(&inner.store, user, id).await.map_err(|error| match error {
        AccessError::Store(error) => TurnError::Store(error),
        _ => TurnError::ChatNotFound,
    })
}

/// A guest adds to a chat, or lets a reply go on, and replaces nothing that others said.
async fn add_only(inner: &Inner, form: &Form, new: &NewTurn) -> Result<(), TurnError> {
    for message in &new.messages {
        if form.extends.as_ref() != Some(&message.id) && inner.store.message(&new.chat_id, &message.id).await?.is_some()
        {
            return Err(TurnError::Conflict("the id belongs to another message".to_owned()));
        }
    }
    Ok(())
}

/// People who are held to temporary chats may not store one.
async fn may_create(inner: &Inner, user: &User) -> Result<(), TurnError> {
    if user.role == Role::Admin {
        return Ok(());
    }
    let permissions =
        airis_access::effective(&inner.store, &inner.config, user).await.map_err(|error| match error {
            AccessError::Store(error) => TurnError::Store(error),
            other => TurnError::Forbidden(other.to_string()),
        })?;
    if permissions.allows("chat.temporary") && permissions.allows("chat.temporary_enforced") {
        return Err(TurnError::Forbidden("only temporary chats are allowed".to_owned()));
    }
    Ok(())
}

async fn plan(
    inner: &Inner,
    user: &User,
    form: &Form,
    existing: Option<&Chat>,
    chat_id: &ChatId,
    turns: &[TurnId],
    models: &[Resolved],
) -> Result<NewTurn, TurnError> {
    let mut messages = Vec::new();
    if let Some(object) = &form.user_message {
        let mut message = Message::from_json(chat_id, "", object)
            .ok_or_else(|| TurnError::Invalid("user_message has no known role".to_owned()))?;
        sign(user, &mut message.rest);
        messages.push(message);
    }
    let mut rows = Vec::new();
    for (index, ((wanted, turn), model)) in form.wanted.iter().zip(turns).zip(models).enumerate() {
        let stored = match existing {
            Some(_) => inner.store.message(chat_id, &wanted.message).await?,
            None => None,
        };
        if form.extends.is_some() && stored.is_none() {
            return Err(TurnError::Forbidden("the reply to extend is not in this chat".to_owned()));
        }
        if stored.as_ref().is_some_and(|message| message.role != MessageRole::Assistant) {
            return Err(TurnError::Conflict("the reply's id belongs to another message".to_owned()));
        }
        let mut message = reply(form, chat_id, wanted, turn, stored);
        match &model.selected {
            Some(selected) => message.rest.insert(SELECTED.to_owned(), json!(selected)),
            None => message.rest.shift_remove(SELECTED),
        };
        if existing.is_some() {
            message.rest.entry("user_id").or_insert_with(|| json!(user.id));
            message.rest.insert("modelIdx".to_owned(), json!(wanted.index));
        }
        rows.push(row(inner, user, form, &message, &wanted.model, turn, index == 0));
        messages.push(message);
    }
    let models: Vec<&str> = form.wanted.iter().map(|wanted| wanted.model.as_str()).collect();
    let mut blob = JsonMap::new();
    blob.insert("models".to_owned(), json!(models));
    if let Some(files) = form.body.get("files").filter(|files| files.is_array()) {
        blob.insert("files".to_owned(), files.clone());
    }
    let new_chat = existing.is_none().then(|| new_chat(user, form, chat_id, &blob));
    let variables = form.body.get("chat_variables").filter(|value| value.is_object()).cloned();
    let patch = ChatPatch { blob: Some(blob), touch: true, variables: variables.map(Some), ..ChatPatch::default() };
    Ok(NewTurn {
        new_chat,
        chat_id: chat_id.clone(),
        messages,
        current_message_id: Some(form.wanted[0].message.clone()),
        patch,
        turns: rows,
        guest: None,
        after: None,
    })
}

/// Says who wrote a message, where the client did not.
fn sign(user: &User, message: &mut JsonMap) {
    message.entry("user_id").or_insert_with(|| json!(user.id));
    message.entry("user").or_insert_with(|| json!({"id": user.id, "name": user.name}));
}

/// The placeholder that the reply will fill; a stored one keeps what it has.
fn reply(form: &Form, chat: &ChatId, wanted: &Wanted, turn: &TurnId, stored: Option<Message>) -> Message {
    let extends = form.extends.is_some();
    let mut rest = stored.as_ref().map(|message| message.rest.clone()).unwrap_or_default();
    if let Some(index) = &wanted.index {
        rest.insert("modelIdx".to_owned(), index.clone());
    }
    let meta = rest.entry("meta").or_insert_with(|| json!({}));
    meta["task_id"] = json!(turn);
    let parent = stored.as_ref().and_then(|message| message.parent_id.clone()).or_else(|| form.reply_parent());
    let mut message = stored.filter(|_| extends).unwrap_or_else(|| Message {
        id: wanted.message.clone(),
        chat_id: chat.clone(),
        parent_id: None,
        role: MessageRole::Assistant,
        content: json!(""),
        output: None,
        model: None,
        done: None,
        usage: None,
        error: None,
        files: None,
        sources: None,
        status_history: None,
        timestamp: Some(now()),
        rest: JsonMap::new(),
    });
    message.parent_id = parent;
    message.model = Some(wanted.model.clone());
    message.done = Some(false);
    message.error = None;
    message.rest = rest;
    message
}

/// The turn that will write `message`; the checkpoint is all that a take-over needs.
fn row(inner: &Inner, user: &User, form: &Form, message: &Message, model: &str, turn: &TurnId, first: bool) -> Turn {
    let mut body = form.body.clone();
    for name in NOT_KEPT {
        body.remove(name);
    }
    let background =
        json!({"title": form.background.title, "tags": form.background.tags, "follow_ups": form.background.follow_ups});
    let checkpoint = json!({"model": model, "body": body, "background": background, "extends": form.extends.is_some(),
        "parent": message.parent_id, "session": form.session, "first": first, "by_key": user.by_key});
    Turn {
        id: turn.clone(),
        chat_id: message.chat_id.clone(),
        message_id: message.id.clone(),
        user_id: user.id.clone(),
        state: TurnState::Running,
        owner: inner.instance.clone(),
        fence: FENCE,
        lease_until_ms: lease::until(inner),
        checkpoint,
        created_at: now(),
        updated_at: now(),
    }
}

fn new_chat(user: &User, form: &Form, id: &ChatId, models: &JsonMap) -> Chat {
    let at = now();
    let mut blob = JsonMap::new();
    blob.insert("id".to_owned(), json!(id));
    blob.extend(models.clone());
    let asked = form.user_message.as_ref();
    let asked = asked.map(|asked| json!({"role": asked.get("role"), "content": asked.get("content")}));
    let mut spoken: Vec<Json> = match asked {
        Some(asked) => vec![asked],
        None => form.body.get("messages").and_then(Json::as_array).cloned().unwrap_or_default(),
    };
    for message in spoken.iter_mut().filter_map(Json::as_object_mut) {
        if message.get("role").and_then(Json::as_str) == Some("user") {
            sign(user, message);
        }
    }
    blob.insert("messages".to_owned(), json!(spoken));
    blob.entry("files").or_insert_with(|| json!([]));
    blob.insert("tags".to_owned(), json!([]));
    blob.insert("timestamp".to_owned(), json!(at * 1000));
    blob.insert("share_mode".to_owned(), json!("continue"));
    Chat {
        id: id.clone(),
        user_id: user.id.clone(),
        title: "New Chat".to_owned(),
        blob,
        current_message_id: Some(form.wanted[0].message.clone()),
        meta: JsonMap::new(),
        folder_id: form.folder.clone(),
        share_id: None,
        archived: false,
        pinned: false,
        tasks: None,
        summary: None,
        variables: form.body.get("chat_variables").filter(|value| value.is_object()).cloned(),
        last_read_at: Some(at),
        created_at: at,
        updated_at: at,
    }
}

/// Viewers of a shared chat learn of the new exchange; its author knows it already.
fn share_messages(inner: &Inner, user: &User, chat: &ChatId, form: &Form, new: &NewTurn) {
    let mut map = JsonMap::new();
    for message in &new.messages {
        let children: Vec<MessageId> = new
            .messages
            .iter()
            .filter(|other| other.parent_id.as_ref() == Some(&message.id))
            .map(|other| other.id.clone())
            .collect();
        let mut object = message.to_json(&children);
        if let Some(object) = object.as_object_mut() {
            object.remove("meta");
        }
        map.insert(message.id.to_string(), object);
    }
    let leaf = &form.wanted[0].message;
    let mut payload = envelope(chat, leaf, "chat:messages", json!({"messages": map, "currentId": leaf}));
    payload["shared"] = json!(true);
    payload["user_id"] = json!(user.id);
    inner.tell_room(format!("chat:{chat}"), payload, form.session.clone());
}

/// Reads back what [`row`] kept.
pub fn kept(checkpoint: &Json) -> Option<(String, JsonMap)> {
    Some((checkpoint["model"].as_str()?.to_owned(), checkpoint["body"].as_object()?.clone()))
}

/// A model that can no longer be found still lets a turn end with a clear error.
pub fn gone(id: &str) -> Resolved {
    Resolved { id: id.to_owned(), base: id.to_owned(), params: JsonMap::new(), meta: Json::Null, selected: None }
}
