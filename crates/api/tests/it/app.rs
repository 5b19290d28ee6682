//! A server in memory, and people who use it.

use std::sync::Arc;

use airis_api::App;
use airis_budgets::Budgets;
use airis_bus::Bus;
use airis_config::Config;
use airis_domain::{Role, User, UserId};
use airis_files::Files;
use airis_identity::{Method, Passwords, Sessions};
use airis_outbound::Outbound;
use airis_providers::Providers;
use airis_realtime::Realtime;
use airis_retrieval::Retrieval;
use airis_store::{NewUser, Store, StoreOptions};
use airis_tools::Everything;
use airis_tools::servers::ToolServers;
use airis_turns::Turns;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method as Verb, Request, StatusCode, header};
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use tower::ServiceExt;

pub const SECRET: &str = "test-secret";
pub const PASSWORD: &str = "Test-pass-123";

/// A running server with its own data folder.
pub struct TestApp {
    pub router: Router,
    pub app: App,
    _folder: tempfile::TempDir,
}

/// What came back.
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {} {}", self.status, self.text))
    }

    /// The body, after checking that all is well.
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        self.json()
    }

    /// The status, after checking that an error has the contract's shape.
    pub fn refused(&self) -> u16 {
        assert!(self.status.as_u16() >= 400, "{} {}", self.status, self.text);
        assert!(self.json().get("detail").is_some(), "{}", self.text);
        self.status.as_u16()
    }
}

/// A part of a form: its field, the name and kind of its file, and its bytes.
pub type Part<'a> = (&'a str, Option<(&'a str, &'a str)>, &'a [u8]);

/// Somebody with a session.
pub struct Person<'a> {
    server: &'a TestApp,
    pub id: String,
    pub token: String,
}

impl TestApp {
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// A server with these environment variables.
    pub async fn with(env: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let models = folder.path().join("models");
        let quiet = [
            ("ENABLE_OPENAI_API", "false"),
            ("ENABLE_OLLAMA_API", "false"),
            ("DATA_DIR", folder.path().to_str().unwrap()),
            ("LOCAL_MODEL_PATH", models.to_str().unwrap()),
        ];
        let find = |name: &str| {
            env.iter().chain(quiet.iter()).find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        let config = Arc::new(Config::from_env(&find).unwrap());
        let settings = config.settings();
        let store = Store::open(&StoreOptions {
            url: settings.database_url.clone(),
            pool_size: None,
            pool_max_overflow: 0,
            pool_timeout: 120,
            pool_recycle: 3600,
            schema: None,
            migrate: true,
        })
        .await
        .unwrap();
        airis_api::settings::load(&store, &config).await.unwrap();
        let bus = Bus::in_process(&folder.path().join("turns")).unwrap();
        let files = Files::local(&settings.data_dir.join("uploads"));
        let providers = Providers::new(config.clone()).with_budgets(Budgets::new(store.clone()));
        let sessions = Sessions::new(store.clone(), config.clone(), SECRET);
        let servers = ToolServers::new(config.clone(), store.clone(), sessions.clone());
        let retrieval = Retrieval::new(
            store.clone(),
            files.clone(),
            providers.clone(),
            Outbound::new(),
            config.clone(),
            "test".to_owned(),
        );
        let turns = Turns::new(
            store.clone(),
            bus.clone(),
            providers.clone(),
            config.clone(),
            files.clone(),
            retrieval.clone(),
            Arc::new(Everything { servers: servers.clone() }),
            "test".to_owned(),
        );
        let realtime =
            Realtime::new(store.clone(), bus.clone(), config.clone(), Arc::new(sessions.clone()), turns.clone());
        let instance = "test".to_owned();
        let app =
            App::new(store, bus, config, files, providers, retrieval, turns, servers, sessions, realtime, instance);
        Self { router: airis_api::build_router(app.clone()), app, _folder: folder }
    }

    /// Sends a request as it is.
    pub async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Reply { status: parts.status, headers: parts.headers, text }
    }

    /// Sends JSON without a session.
    pub async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Reply {
        self.call_as(None, method, path, body).await
    }

    pub async fn call_as(&self, token: Option<&str>, method: &str, path: &str, body: Option<Value>) -> Reply {
        let mut request = Request::builder().method(Verb::from_bytes(method.as_bytes()).unwrap()).uri(path);
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = match body {
            Some(body) => request
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(serde_json::to_vec(&body).unwrap())),
            None => request.body(Body::empty()),
        };
        self.send(request.unwrap()).await
    }

    /// The first account: the administrator.
    pub async fn admin(&self) -> Person<'_> {
        let user = account("Root", "root@example.com", "admin").await;
        let user = self.app.store.sign_up(&user, true).await.unwrap().unwrap();
        assert_eq!(user.role, Role::Admin);
        self.with_session(&user).await
    }

    /// Somebody with a role.
    pub async fn somebody(&self, name: &str, role: &str) -> Person<'_> {
        let user = account(name, &format!("{name}@example.com"), role).await;
        let user = self.app.store.insert_user(&user).await.unwrap();
        self.with_session(&user).await
    }

    /// The same by what an administrator and the person call, for those who look at what that brings.
    pub async fn added(&self, admin: &Person<'_>, name: &str, role: &str) -> Person<'_> {
        let email = format!("{name}@example.com");
        let form = json!({"name": name, "email": email, "password": PASSWORD, "role": role});
        admin.call("POST", "/api/v1/auths/add", Some(form)).await.ok();
        self.sign_in(&email, PASSWORD).await
    }

    /// The first account, signed up: what it brings is that nobody else can.
    pub async fn first(&self) -> Person<'_> {
        let form = json!({"name": "Root", "email": "root@example.com", "password": PASSWORD});
        let session = self.call("POST", "/api/v1/auths/signup", Some(form)).await.ok();
        assert_eq!(session["role"], "admin");
        self.person(&session)
    }

    async fn with_session(&self, user: &User) -> Person<'_> {
        let issued = self.app.sessions.issue(user, Method::Password).await.unwrap();
        Person { server: self, id: user.id.to_string(), token: issued.token }
    }

    pub async fn sign_in(&self, email: &str, password: &str) -> Person<'_> {
        let form = json!({"email": email, "password": password});
        let session = self.call("POST", "/api/v1/auths/signin", Some(form)).await.ok();
        self.person(&session)
    }

    /// Who a session is for.
    pub fn person(&self, session: &Value) -> Person<'_> {
        let text = |key: &str| session[key].as_str().unwrap().to_owned();
        Person { server: self, id: text("id"), token: text("token") }
    }
}

/// An account with [`PASSWORD`], whose hash is made once for all tests: it is most of the work of making one.
async fn account(name: &str, email: &str, role: &str) -> NewUser {
    static HASH: OnceCell<String> = OnceCell::const_new();
    let hash = HASH.get_or_init(async || Passwords::default().hash(PASSWORD).await.unwrap()).await;
    NewUser {
        id: UserId::random(),
        name: name.to_owned(),
        email: email.to_lowercase(),
        role: Role::parse(role).unwrap(),
        profile_image_url: "/user.png".to_owned(),
        password_hash: hash.clone(),
        session_stamp: Some(UserId::random().to_string()),
    }
}

impl Person<'_> {
    pub async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Reply {
        self.server.call_as(Some(&self.token), method, path, body).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.call("GET", path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.call("POST", path, Some(body)).await
    }

    /// Sends a request with headers and bytes as they are.
    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Reply {
        let request = Request::builder().method(Verb::from_bytes(method.as_bytes()).unwrap()).uri(path);
        let request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        self.server.send(request.body(Body::from(body)).unwrap()).await
    }

    /// Sends a form; a part without a kind is a plain field.
    pub async fn form(&self, path: &str, parts: &[Part<'_>]) -> Reply {
        let mut body = Vec::new();
        for (field, file, bytes) in parts {
            body.extend(format!("--x\r\ncontent-disposition: form-data; name=\"{field}\"").bytes());
            if let Some((name, kind)) = file {
                body.extend(format!("; filename=\"{name}\"").bytes());
                if !kind.is_empty() {
                    body.extend(format!("\r\ncontent-type: {kind}").bytes());
                }
            }
            body.extend(b"\r\n\r\n");
            body.extend(*bytes);
            body.extend(b"\r\n");
        }
        body.extend(b"--x--\r\n");
        self.send("POST", path, &[("content-type", "multipart/form-data; boundary=x")], body).await
    }

    /// Uploads a file and waits until it is read.
    pub async fn upload(&self, name: &str, kind: &str, bytes: &[u8]) -> Value {
        let path = "/api/v1/files/?process_in_background=false";
        self.form(path, &[("file", Some((name, kind)), bytes)]).await.ok()
    }
}
