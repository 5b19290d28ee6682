//! A Redis that ends, forgets everything, or moves to another server: all is well again without a restart.

use std::time::Duration;

use airis_bus::{Bus, LOG, RedisOptions, TurnLog};
use serde_json::json;

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
