//! A Redis that ends, forgets everything, or moves to another server: all is well again without a restart.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use airis_bus::{Bus, LOG, RedisOptions, TurnLog};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

use crate::place::{Place, options};
use crate::redis_server::RedisServer;
use crate::{all_is_well, event, heard};

/// Events of a log's turn reach another instance again within a minute.
async fn flows(from: &Bus, log: &TurnLog, to: &Bus) {
    let (mut shown, mut torn) = (to.room_events(), from.subscribe(LOG));
    for _ in 0..300 {
        // As the owner of a turn does when its log lacks something.
        if torn.try_recv().is_ok() || !log.is_whole() && from.trouble().is_none() {
            log.compact(&json!("everything")).unwrap();
        }
        log.append(&json!("on")).unwrap();
        from.emit_logged(log, event("user:ann", json!("on")));
        if tokio::time::timeout(Duration::from_millis(200), shown.recv()).await.is_ok() {
            return;
        }
    }
    panic!("nothing is heard any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_comes_back_empty_is_filled_again() {
    let Place::Redis(options, mut servers) = Place::redis().await else { panic!("this is no Redis") };
    let note = json!({});
    let instance = || Bus::on_redis(options.clone(), &note);
    let (one, two) = (instance().await.unwrap(), instance().await.unwrap());
    two.mark("user:ann", || Some(json!([]))).await;
    let log = one.log("t");
    flows(&one, &log, &two).await;
    servers[0].kill();
    let mut here = one.room_events();
    log.append(&json!("alone")).unwrap();
    one.emit_logged(&log, event("user:ann", json!("alone")));
    assert_eq!(heard(&mut here).await.payload, json!("alone"), "those who are here see it all the same");
    assert!(one.trouble().is_some());
    servers[0].again().await;
    flows(&one, &log, &two).await;
    flows(&one, &log, &two).await;
    assert!(!two.read_log("t").await.unwrap().is_empty());
    all_is_well(&[&one, &two]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failover_of_sentinels_is_followed() {
    let mut master = RedisServer::start(&[]).await;
    let port = master.port.to_string();
    let replica = RedisServer::start(&["--replicaof", "127.0.0.1", &port]).await;
    let sentinel = RedisServer::sentinel(master.port, "word").await;
    while !sentinel.says(&["sentinel", "replicas", "mymaster"]).contains(&replica.port.to_string()) {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let options = RedisOptions {
        sentinels: vec!["127.0.0.1:1".to_owned(), format!(":word@127.0.0.1:{}", sentinel.port)],
        ..options("redis://mymaster/0")
    };
    let (one, two) =
        (Bus::on_redis(options.clone(), &json!({})).await.unwrap(), Bus::on_redis(options, &json!({})).await.unwrap());
    two.mark("user:ann", || Some(json!([]))).await;
    let log = one.log("t");
    flows(&one, &log, &two).await;
    master.kill();
    flows(&one, &log, &two).await;
    assert!(replica.says(&["role"]).starts_with("master"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_is_heard_though_the_first_of_its_nodes_is_gone() {
    let Place::Redis(options, _servers) = Place::cluster().await else { panic!("this is no Redis") };
    let options = RedisOptions { url: format!("redis://127.0.0.1:1,{}", options.url), ..options };
    let (one, two) =
        (Bus::on_redis(options.clone(), &json!({})).await.unwrap(), Bus::on_redis(options, &json!({})).await.unwrap());
    two.mark("user:ann", || Some(json!([]))).await;
    flows(&one, &one.log("t"), &two).await;
}

/// A network that forgets connections: what comes over those that it has forgotten goes nowhere, and nobody is told.
struct Forgetful {
    port: u16,
    /// Connections made so far, and the first that is not forgotten.
    made: AtomicUsize,
    kept: AtomicUsize,
}

impl Forgetful {
    async fn before(server: u16) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let network = Arc::new(Self { port, made: AtomicUsize::new(0), kept: AtomicUsize::new(0) });
        let this = network.clone();
        tokio::spawn(async move {
            loop {
                let (near, _) = listener.accept().await.unwrap();
                let far = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
                let number = this.made.fetch_add(1, Ordering::SeqCst);
                let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
                tokio::spawn(this.clone().carry(number, near_in, far_out));
                tokio::spawn(this.clone().carry(number, far_in, near_out));
            }
        });
        network
    }

    async fn carry(self: Arc<Self>, number: usize, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
        let mut piece = vec![0; 1 << 16];
        while let Ok(count @ 1..) = from.read(&mut piece).await {
            if number >= self.kept.load(Ordering::SeqCst) && to.write_all(&piece[..count]).await.is_err() {
                return;
            }
        }
    }

    fn forget(&self) {
        self.kept.store(self.made.load(Ordering::SeqCst), Ordering::SeqCst);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_has_rested_is_asked_whether_it_is_there_before_it_is_used() {
    let server = RedisServer::start(&[]).await;
    let network = Forgetful::before(server.port).await;
    let pings = || {
        let told = server.says(&["info", "commandstats"]);
        let calls = told.lines().find_map(|line| line.strip_prefix("cmdstat_ping:calls="));
        calls.and_then(|calls| calls.split(',').next()?.parse::<u32>().ok()).unwrap_or_default()
    };
    for rest in [None, Some(Duration::from_millis(1))] {
        let options = RedisOptions {
            rest,
            answer_within: Duration::from_millis(300),
            ..options(&format!("redis://127.0.0.1:{}", network.port))
        };
        let before = pings();
        let bus = Bus::on_redis(options, &json!({})).await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
        bus.read_log("t").await.unwrap();
        assert_eq!(pings() > before, rest.is_some());
        network.forget();
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(bus.read_log("t").await.is_ok(), rest.is_some(), "unasked, the first to use it pays");
        bus.close().await;
    }
}
