//! Where instances meet: a database of their own, or a Redis of their own in one of its forms.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use airis_bus::{Bus, RedisOptions};
use airis_store::{Store, StoreOptions};
use serde_json::json;
use sqlx::{Connection, PgConnection};

use crate::redis_server::RedisServer;

pub enum Place {
    /// Its address.
    Postgres(String),
    /// How it is reached, and the servers that it consists of.
    Redis(RedisOptions, Vec<RedisServer>),
}

impl Place {
    pub async fn postgres() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server = std::env::var("AIRIS_TEST_POSTGRES").expect("run the tests through scripts/postgres.sh");
        let name = format!("bus_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let mut admin = PgConnection::connect(&server).await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut admin).await.unwrap();
        let (base, _) = server.rsplit_once('/').unwrap();
        Self::Postgres(format!("{base}/{name}"))
    }

    /// One server, which lets in only whom it knows.
    pub async fn redis() -> Self {
        let ann = ["--user", "ann", "on", ">s3cret", "~*", "&*", "+@all"];
        let more: Vec<&str> = ann.into_iter().chain(["--user", "default", "off"]).collect();
        let server = RedisServer::start(&more).await;
        Self::Redis(options(&format!("redis://ann:s3cret@127.0.0.1:{}/0", server.port)), vec![server])
    }

    /// Three masters.
    pub async fn cluster() -> Self {
        let servers = RedisServer::cluster().await;
        let nodes: Vec<String> = servers.iter().map(|server| format!("redis://127.0.0.1:{}", server.port)).collect();
        Self::Redis(RedisOptions { cluster: true, ..options(&nodes.join(",")) }, servers)
    }

    pub async fn instance(&self) -> Bus {
        let note = json!({"host": "test"});
        match self {
            Self::Postgres(url) => {
                let options = StoreOptions {
                    url: url.clone(),
                    pool_size: Some(2),
                    pool_max_overflow: 0,
                    pool_timeout: 120,
                    pool_recycle: 3600,
                    schema: None,
                    migrate: true,
                };
                let store = Store::open(&options).await.unwrap();
                Bus::on_postgres(&store, &note).await.unwrap().unwrap()
            }
            Self::Redis(options, _) => Bus::on_redis(options.clone(), &note).await.unwrap(),
        }
    }

    pub async fn sql(&self, statement: &'static str) {
        let Self::Postgres(url) = self else { panic!("there is no SQL here") };
        let mut connection = PgConnection::connect(url).await.unwrap();
        sqlx::query(statement).execute(&mut connection).await.unwrap();
    }
}

pub fn options(url: &str) -> RedisOptions {
    RedisOptions {
        url: url.to_owned(),
        sentinels: Vec::new(),
        cluster: false,
        prefix: "open-webui".to_owned(),
        connect_within: Duration::from_secs(2),
        answer_within: Duration::from_secs(2),
        keepalive: true,
        rest: None,
        sentinel_retries: 2,
        sentinel_pause: Duration::from_millis(100),
        log_ttl: Duration::from_secs(60),
    }
}

/// Runs each test on every kind of bus.
macro_rules! on_each {
    ($($name:ident)+) => {
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread")] async fn $name() { super::$name($crate::place::Place::postgres().await).await; })+
        }
        mod on_redis {
            $(#[tokio::test(flavor = "multi_thread")] async fn $name() { super::$name($crate::place::Place::redis().await).await; })+
        }
        mod on_cluster {
            $(#[tokio::test(flavor = "multi_thread")] async fn $name() { super::$name($crate::place::Place::cluster().await).await; })+
        }
    };
}
pub(crate) use on_each;
