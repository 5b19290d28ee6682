//! Sockets through their public face, over long polling: no network is needed, a request is a function call.
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use airis_bus::Bus;
use airis_config::Config;
use airis_domain::{AccessGrant, Chat, ChatId, Json, JsonMap, Note, Role, RoomEvent, SessionId, User, UserId};
use airis_realtime::{CallError, Realtime, Sessions};
use airis_store::{NewUser, Store, StoreOptions};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use serde_json::json;
use tower::{Layer, Service, service_fn};

/// The token is the person's id; `pending` waits for approval, an empty one is forged.
struct Tokens;

#[async_trait::async_trait]
impl Sessions for Tokens {
    async fn user(&self, token: &str) -> Option<User> {
        let role = if token == "pending" { Role::Pending } else { Role::User };
        (!token.is_empty()).then(|| person(token, role))
    }
}

fn person(id: &str, role: Role) -> User {
    User {
        id: UserId::from(id),
        name: id.to_uppercase(),
        email: format!("{id}@example.com"),
        role,
        profile_image_url: String::new(),
        profile_banner_image_url: None,
        username: None,
        bio: None,
        gender: None,
        date_of_birth: None,
        timezone: None,
        presence_state: None,
        status_emoji: None,
        status_message: None,
        status_expires_at: None,
        info: None,
        settings: None,
        oauth: None,
        scim: None,
        variables: None,
        by_key: false,
        last_active_at: 0,
        updated_at: 0,
        created_at: 0,
    }
}

struct Server {
    realtime: Realtime,
    bus: Bus,
    store: Store,
    _folder: tempfile::TempDir,
}

impl Server {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().to_str().unwrap().to_owned();
        let config = Config::from_env(&|name| match name {
            "DATA_DIR" => Some(data.clone()),
            "ENABLE_WEBSOCKET_SUPPORT" => Some("false".to_owned()),
            _ => None,
        });
        let config = Arc::new(config.unwrap());
        let options = StoreOptions {
            url: format!("sqlite:///{data}/test.db"),
            pool_size: Some(1),
            pool_max_overflow: 0,
            pool_timeout: 5,
            pool_recycle: 3600,
            schema: None,
            migrate: true,
        };
        let store = Store::open(&options).await.unwrap();
        let bus = Bus::in_process(&folder.path().join("turns")).unwrap();
        let providers = airis_providers::Providers::new(config.clone());
        let tools = Arc::new(airis_tools::BuiltIn);
        let files = airis_files::Files::local(&folder.path().join("uploads"));
        let turns = airis_turns::Turns::new(
            store.clone(),
            bus.clone(),
            providers,
            config.clone(),
            files,
            tools,
            "test".to_owned(),
        );
        let realtime = Realtime::new(store.clone(), bus.clone(), config, Arc::new(Tokens), turns);
        Self { realtime, bus, store, _folder: folder }
    }

    /// A stored account.
    async fn account(&self, name: &str) -> UserId {
        let account = NewUser {
            id: UserId::from(name),
            name: name.to_owned(),
            email: format!("{name}@example.com"),
            role: Role::User,
            profile_image_url: String::new(),
            password_hash: String::new(),
            session_stamp: None,
        };
        self.store.insert_user(&account).await.unwrap().id
    }

    /// A stored chat of somebody.
    async fn chat_of(&self, owner: &str) -> ChatId {
        let owner = self.account(owner).await;
        let chat = Chat {
            id: ChatId::random(),
            user_id: owner,
            title: "t".to_owned(),
            blob: JsonMap::new(),
            current_message_id: None,
            meta: JsonMap::new(),
            folder_id: None,
            share_id: None,
            archived: false,
            pinned: false,
            tasks: None,
            summary: None,
            variables: None,
            last_read_at: None,
            created_at: 1,
            updated_at: 1,
        };
        self.store.insert_chat(&chat, &[]).await.unwrap();
        chat.id
    }

    async fn grant(&self, chat: &ChatId, reader: &str) {
        self.grant_on("shared_chat", chat.as_str(), reader).await;
    }

    async fn grant_on(&self, kind: &str, id: &str, reader: &str) {
        let grant = AccessGrant {
            id: format!("{kind} {id}"),
            resource_type: kind.to_owned(),
            resource_id: id.to_owned(),
            principal_type: "user".to_owned(),
            principal_id: reader.to_owned(),
            permission: "read".to_owned(),
            created_at: 1,
        };
        self.store.set_grants(kind, id, &[grant]).await.unwrap();
    }

    /// A stored note of somebody.
    async fn note_of(&self, owner: &UserId, id: &str) {
        let note = Note {
            id: id.to_owned(),
            user_id: owner.clone(),
            title: "t".to_owned(),
            data: None,
            meta: None,
            pinned: false,
            created_at: 1,
            updated_at: 1,
        };
        self.store.insert_note(&note, &[]).await.unwrap();
    }

    async fn ask(&self, method: &str, query: &str, body: &str) -> (StatusCode, String) {
        let nowhere = service_fn(|_: Request<Full<Bytes>>| async {
            Ok::<_, Infallible>(Response::new(Full::<Bytes>::from("elsewhere")))
        });
        let uri = format!("/ws/socket.io/?EIO=4&transport=polling{query}");
        let request = Request::builder().method(method).uri(uri).body(Full::from(body.to_owned())).unwrap();
        let response = self.realtime.layer().layer(nowhere).call(request).await.unwrap();
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(bytes.to_vec()).unwrap())
    }

    async fn connect(&self, token: &str) -> Client<'_> {
        let (_, open) = self.ask("GET", "", "").await;
        let open: Json = serde_json::from_str(&open[1..]).unwrap();
        let client = Client { server: self, sid: open["sid"].as_str().unwrap().to_owned() };
        client.say(&format!(r#"40{{"token":"{token}"}}"#)).await;
        assert_eq!(client.hear().await, format!(r#"40{{"sid":"{}"}}"#, client.sid));
        client
    }

    fn tell(&self, user: &str, text: &str) {
        let room = format!("user:{user}");
        self.bus.emit(RoomEvent { room, event: "events".to_owned(), payload: json!(text), except: None });
    }
}

struct Client<'a> {
    server: &'a Server,
    sid: String,
}

impl Client<'_> {
    async fn say(&self, packet: &str) {
        let (status, text) = self.server.ask("POST", &format!("&sid={}", self.sid), packet).await;
        assert_eq!((status, text.as_str()), (StatusCode::OK, "OK"), "{packet}");
    }

    /// What waits; packets are told apart by `|`.
    async fn hear(&self) -> String {
        let query = format!("&sid={}", self.sid);
        let answer = self.server.ask("GET", &query, "");
        let (_, text) = tokio::time::timeout(Duration::from_secs(5), answer).await.unwrap();
        text.replace('\u{1e}', "|")
    }

    /// Everything up to and with a packet that holds this text.
    async fn until(&self, text: &str) -> String {
        let mut heard = self.hear().await;
        while !heard.contains(text) {
            heard.push_str(&self.hear().await);
        }
        heard
    }

    fn session(&self) -> SessionId {
        SessionId::from(self.sid.as_str())
    }
}

#[tokio::test]
async fn a_question_reaches_one_socket_and_its_answer_comes_back() {
    let server = Server::start().await;
    let client = server.connect("ann").await;
    let other = server.connect("ann").await;
    let question = json!({"data": {"type": "confirmation"}});
    let (ann, session) = (UserId::from("ann"), client.session());
    let call = server.realtime.call(&session, &ann, &question, Some(Duration::from_secs(5)));
    let reply = async {
        assert_eq!(client.hear().await, r#"421["events",{"data":{"type":"confirmation"}}]"#);
        client.say("431[true]").await;
    };
    let (answer, ()) = tokio::join!(call, reply);
    assert_eq!(answer.unwrap(), json!(true));
    server.tell("ann", "next");
    assert_eq!(other.hear().await, r#"42["events","next"]"#, "the other tab was not asked");
}

#[tokio::test]
async fn a_socket_of_somebody_else_is_not_asked_and_silence_has_an_end() {
    let server = Server::start().await;
    let client = server.connect("ann").await;
    let session = client.session();
    let soon = Some(Duration::from_millis(50));
    let stranger = server.realtime.call(&session, &UserId::from("bob"), &json!({}), soon).await;
    assert!(matches!(stranger, Err(CallError::NotConnected)));
    let silent = server.realtime.call(&session, &UserId::from("ann"), &json!({}), soon).await;
    assert!(matches!(silent, Err(CallError::NoAnswer)));
}

#[tokio::test]
async fn people_who_wait_for_approval_and_forged_tokens_hear_nothing() {
    let server = Server::start().await;
    for token in ["pending", ""] {
        let client = server.connect(token).await;
        server.tell("pending", "secret");
        client.say(r#"420["user-join",{"auth":{"token":""}}]"#).await;
        assert_eq!(client.hear().await, "430[]");
    }
    assert_eq!(server.realtime.usage().user_count, 0);
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_cut_and_the_others_go_on() {
    let server = Server::start().await;
    let slow = server.connect("ann").await;
    let quick = server.connect("bob").await;
    for _ in 0..20_000 {
        server.tell("ann", "word");
    }
    server.tell("bob", "hello");
    assert_eq!(quick.hear().await, r#"42["events","hello"]"#);
    assert_eq!(slow.hear().await, "1", "the transport is closed, so that the client resumes");
}

#[tokio::test]
async fn somebody_whose_rights_changed_is_told_and_closed() {
    let server = Server::start().await;
    let client = server.connect("ann").await;
    server.realtime.disconnect_user(&UserId::from("ann"));
    assert_eq!(client.hear().await, r#"42["access:updated",{}]|41"#);
    assert_eq!(client.hear().await, "1");
    assert_eq!(server.realtime.user_ids(), []);
    assert_eq!(server.realtime.owner(&client.session()), Some(UserId::from("ann")), "known for a while");
}

#[tokio::test]
async fn two_polls_at_once_end_the_session() {
    let server = Server::start().await;
    let client = server.connect("ann").await;
    let query = format!("&sid={}", client.sid);
    let (first, second) = tokio::join!(server.ask("GET", &query, ""), server.ask("GET", &query, ""));
    assert_eq!((first.1.as_str(), second.0), ("1", StatusCode::BAD_REQUEST));
}

#[tokio::test]
async fn a_live_chat_is_open_to_whom_it_was_granted_until_its_link_goes() {
    let server = Server::start().await;
    let chat = server.chat_of("ann").await;
    let (ann, bob) = (server.connect("ann").await, server.connect("bob").await);
    let join = format!(r#"420["events:chat",{{"chat_id":"{chat}","data":{{"type":"join"}}}}]"#);
    ann.say(&join).await;
    ann.until("430[true]").await;
    let refused = async |why: &str| {
        bob.say(&join).await;
        assert_eq!(bob.until("430[").await, "430[false]", "{why}");
    };
    refused("there is no link").await;
    server.grant(&chat, "bob").await;
    refused("a grant without a link").await;
    server.store.share_chat(&chat, Some(&json!({"title": "t"}))).await.unwrap();
    refused("a link to a copy").await;
    server.store.share_chat(&chat, None).await.unwrap();
    server.grant(&chat, "eve").await;
    refused("somebody else was granted it").await;
    server.grant(&chat, "bob").await;
    bob.say(&join).await;
    bob.until("430[true]").await;
    let say = |text: &str| {
        let room = format!("chat:{chat}");
        server.bus.emit(RoomEvent { room, event: "events".to_owned(), payload: json!(text), except: None });
    };
    say("before");
    bob.until("before").await;
    server.store.unshare_chat(&chat).await.unwrap();
    server.realtime.review_chat(&chat, &UserId::from("ann"));
    say("after");
    server.tell("bob", "end");
    let heard = bob.until("end").await;
    assert!(heard.contains("chat:access") && !heard.contains("after"), "{heard}");
    ann.until("after").await;
    refused("the link is gone").await;
}

#[tokio::test]
async fn a_note_is_heard_of_by_those_who_may_read_it_as_long_as_they_may() {
    let server = Server::start().await;
    let owner = server.account("ann").await;
    server.account("bob").await;
    server.note_of(&owner, "n").await;
    let (ann, bob) = (server.connect("ann").await, server.connect("bob").await);
    let join = r#"420["join-note",{"auth":{"token":"x"},"note_id":"n"}]"#;
    let say = |text: &str| {
        let room = airis_realtime::note_room("n");
        server.bus.emit(RoomEvent { room, event: "events:note".to_owned(), payload: json!(text), except: None });
    };
    ann.say(join).await;
    ann.until("430[true]").await;
    bob.say(join).await;
    assert_eq!(bob.until("430[").await, "430[false]", "it is not shared");
    server.grant_on("note", "n", "bob").await;
    bob.say(join).await;
    bob.until("430[true]").await;
    say("first");
    assert_eq!(bob.hear().await, r#"42["events:note","first"]"#);
    bob.say(r#"420["leave-note",{"note_id":"n"}]"#).await;
    bob.until("430[true]").await;
    say("unheard");
    ann.until("unheard").await;
    bob.say(join).await;
    assert_eq!(bob.until("430[").await, "430[true]");
    server.store.set_grants("note", "n", &[]).await.unwrap();
    server.realtime.review_note("n");
    say("after");
    server.tell("bob", "end");
    let heard = bob.until("end").await;
    assert!(heard.contains("note:access") && !heard.contains("after"), "{heard}");
    bob.say(join).await;
    assert_eq!(bob.until("430[").await, "430[false]", "what was given can be taken back");
    // The owner was asked to come back, too.
    ann.until("note:access").await;
    ann.say(join).await;
    ann.until("430[true]").await;
    say("again");
    ann.until("again").await;
    for odd in [r#"{}"#, r#"{"note_id":""}"#, r#"{"note_id":7}"#, r#"{"note_id":"gone"}"#, "null", "[]"] {
        ann.say(&format!(r#"420["join-note",{odd}]"#)).await;
        assert_eq!(ann.until("430[").await, "430[false]", "{odd}");
    }
}

#[tokio::test]
async fn the_note_that_was_opened_first_makes_room_for_one_too_many() {
    let server = Server::start().await;
    let owner = server.account("ann").await;
    let ann = server.connect("ann").await;
    for number in 0..33 {
        server.note_of(&owner, &number.to_string()).await;
        ann.say(&format!(r#"420["join-note",{{"note_id":"{number}"}}]"#)).await;
        ann.until("430[true]").await;
    }
    for (note, text) in [("0", "closed"), ("1", "open")] {
        let room = airis_realtime::note_room(note);
        server.bus.emit(RoomEvent { room, event: "events:note".to_owned(), payload: json!(text), except: None });
    }
    assert_eq!(ann.hear().await, r#"42["events:note","open"]"#);
}
