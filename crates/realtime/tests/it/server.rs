//! A server of sockets without a network: a request is a function call.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use airis_bus::Bus;
use airis_config::Config;
use airis_domain::{AccessGrant, Chat, ChatId, Json, JsonMap, Note, Role, RoomEvent, SessionId, User, UserId};
use airis_realtime::{Realtime, Sessions};
use airis_store::{NewUser, Store, StoreError, StoreOptions};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use serde_json::json;
use sqlx::{Connection, PgConnection};
use tower::{Layer, Service, service_fn};

/// The token is the person's id; `pending` waits for approval, an empty one is forged. Nobody is known while this is set.
struct Tokens(Arc<AtomicBool>);

#[async_trait::async_trait]
impl Sessions for Tokens {
    async fn user(&self, token: &str) -> Result<Option<User>, StoreError> {
        if self.0.load(Ordering::Relaxed) {
            return Err(StoreError::Unavailable("away".to_owned()));
        }
        let role = if token == "pending" { Role::Pending } else { Role::User };
        Ok((!token.is_empty()).then(|| person(token, role)))
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

pub struct Server {
    pub realtime: Realtime,
    pub bus: Bus,
    pub store: Store,
    /// Set: tokens cannot be looked up.
    pub away: Arc<AtomicBool>,
    postgres: Option<String>,
    _folder: tempfile::TempDir,
}

impl Server {
    pub async fn start() -> Self {
        Self::on(None).await
    }

    /// One on a PostgreSQL, beside others; or alone on an SQLite file.
    pub async fn on(postgres: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().to_str().unwrap().to_owned();
        let config = Config::from_env(&|name| match name {
            "DATA_DIR" => Some(data.clone()),
            "ENABLE_WEBSOCKET_SUPPORT" => Some("false".to_owned()),
            _ => None,
        });
        let config = Arc::new(config.unwrap());
        let options = StoreOptions {
            url: postgres.map_or_else(|| format!("sqlite:///{data}/test.db"), str::to_owned),
            pool_size: Some(2),
            pool_max_overflow: 0,
            pool_timeout: 120,
            pool_recycle: 3600,
            schema: None,
            migrate: true,
        };
        let store = Store::open(&options).await.unwrap();
        let bus = match Bus::on_postgres(&store, &json!({})).await.unwrap() {
            Some(bus) => bus,
            None => Bus::in_process(&folder.path().join("turns")).unwrap(),
        };
        let providers = airis_providers::Providers::new(config.clone());
        let tools = Arc::new(airis_tools::BuiltIn);
        let files = airis_files::Files::local(&folder.path().join("uploads"));
        let retrieval = airis_retrieval::Retrieval::new(
            store.clone(),
            files.clone(),
            providers.clone(),
            airis_outbound::Outbound::new(),
            config.clone(),
            "test".to_owned(),
        );
        let turns = airis_turns::Turns::new(
            store.clone(),
            bus.clone(),
            providers,
            config.clone(),
            files,
            retrieval,
            tools,
            "test".to_owned(),
        );
        let away = Arc::<AtomicBool>::default();
        let realtime = Realtime::new(store.clone(), bus.clone(), config, Arc::new(Tokens(away.clone())), turns);
        Self { realtime, bus, store, away, postgres: postgres.map(str::to_owned), _folder: folder }
    }

    /// A stored account.
    pub async fn account(&self, name: &str) -> UserId {
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
    pub async fn chat_of(&self, owner: &str) -> ChatId {
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

    pub async fn grant(&self, chat: &ChatId, reader: &str) {
        self.grant_on("shared_chat", chat.as_str(), reader).await;
    }

    pub async fn grant_on(&self, kind: &str, id: &str, reader: &str) {
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
    pub async fn note_of(&self, owner: &UserId, id: &str) {
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

    pub async fn ask(&self, method: &str, query: &str, body: &str) -> (StatusCode, String) {
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

    pub async fn connect(&self, token: &str) -> Client<'_> {
        self.connect_through(&[self], token).await
    }

    /// A client whose requests reach one server after the other.
    pub async fn connect_through<'a>(&self, servers: &[&'a Self], token: &str) -> Client<'a> {
        let (_, open) = self.ask("GET", "", "").await;
        let open: Json = serde_json::from_str(&open[1..]).unwrap();
        let sid = open["sid"].as_str().unwrap().to_owned();
        let client = Client { servers: servers.to_vec(), next: AtomicUsize::new(0), sid };
        client.say(&format!(r#"40{{"token":"{token}"}}"#)).await;
        assert_eq!(client.hear().await, format!(r#"40{{"sid":"{}"}}"#, client.sid));
        client
    }

    /// One statement on its PostgreSQL.
    pub async fn sql(&self, statement: String) {
        let mut connection = PgConnection::connect(self.postgres.as_deref().unwrap()).await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut connection).await.unwrap();
    }

    pub fn tell(&self, user: &str, text: &str) {
        let room = format!("user:{user}");
        self.bus.emit(RoomEvent { room, event: "events".to_owned(), payload: json!(text), except: None, trace: None });
    }
}

pub struct Client<'a> {
    servers: Vec<&'a Server>,
    next: AtomicUsize,
    pub sid: String,
}

impl<'a> Client<'a> {
    fn server(&self) -> &'a Server {
        self.servers[self.next.fetch_add(1, Ordering::Relaxed) % self.servers.len()]
    }

    pub async fn say(&self, packet: &str) {
        let (status, text) = self.server().ask("POST", &format!("&sid={}", self.sid), packet).await;
        assert_eq!((status, text.as_str()), (StatusCode::OK, "OK"), "{packet}");
    }

    /// What waits; packets are told apart by `|`.
    pub async fn hear(&self) -> String {
        let query = format!("&sid={}", self.sid);
        let answer = self.server().ask("GET", &query, "");
        let (_, text) = tokio::time::timeout(Duration::from_secs(20), answer).await.unwrap();
        text.replace('\u{1e}', "|")
    }

    /// Everything up to and with a packet that holds this text.
    pub async fn until(&self, text: &str) -> String {
        let mut heard = self.hear().await;
        while !heard.contains(text) {
            heard.push_str(&self.hear().await);
        }
        heard
    }

    pub fn session(&self) -> SessionId {
        SessionId::from(self.sid.as_str())
    }
}
