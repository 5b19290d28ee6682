//! What instances share on PostgreSQL. An SQLite file has one server.

use std::time::Duration;

use airis_store::{FleetTables, LETTER, LogPart, SEAL, Store};
use sqlx::{Connection, PgConnection};

use crate::fixture::{options, postgres_url, sqlite};

const PATIENCE: Duration = Duration::from_secs(60);

async fn open(suffix: &str) -> (String, FleetTables) {
    let url = postgres_url().await;
    let store = Store::open(&options(&format!("{url}{suffix}"))).await.unwrap();
    (url, store.fleet().unwrap())
}

fn part(turn: &str, part: i64, lines: &str) -> LogPart {
    LogPart { turn: turn.to_owned(), part, lines: lines.to_owned(), whole: false }
}

fn pair(one: &str, other: &str) -> (String, String) {
    (one.to_owned(), other.to_owned())
}

async fn stored(tables: &FleetTables, parts: &[LogPart]) -> Vec<String> {
    let mut stored: Vec<String> = tables.flush("me", parts, &[], false).await.unwrap().stored.into_iter().collect();
    stored.sort();
    stored
}

#[tokio::test]
async fn an_sqlite_file_has_no_fleet() {
    assert!(sqlite().await.store.fleet().is_none());
}

#[tokio::test]
async fn a_number_of_a_log_is_taken_once_and_none_is_left_out() {
    for suffix in ["", "?pgbouncer=true"] {
        let (_, tables) = open(suffix).await;
        assert_eq!(stored(&tables, &[part("a", 1, "1\n"), part("b", 1, "1\n")]).await, ["a", "b"]);
        assert_eq!(stored(&tables, &[part("a", 1, "again\n"), part("b", 2, "2\n")]).await, ["b"]);
        assert!(stored(&tables, &[part("a", 3, "too far\n")]).await.is_empty());
        assert_eq!(tables.log("b").await.unwrap(), ["1\n", "2\n"]);
        let whole = LogPart { whole: true, ..part("b", 3, "all\n") };
        assert_eq!(stored(&tables, &[whole]).await, ["b"]);
        assert_eq!(tables.log("b").await.unwrap(), ["all\n"]);
        assert_eq!(stored(&tables, &[part("b", 4, "more\n")]).await, ["b"]);
        tables.forget_logs(&["b".to_owned()]).await.unwrap();
        assert_eq!(tables.log_ids().await.unwrap(), ["a"]);
        assert!(stored(&tables, &[part("b", 5, "late\n")]).await.is_empty(), "a removed log does not come back");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_was_cut_or_left_half_way_is_not_used_again() {
    let (url, tables) = open("").await;
    let mut other = PgConnection::connect(&url).await.unwrap();
    stored(&tables, &[part("a", 1, "1\n"), part("b", 1, "2\n")]).await;
    for round in 0..20 {
        // Dropped while the answer is under way: the next statement must not read it as its own.
        let _ = tokio::time::timeout(Duration::from_micros(round * 50), tables.log("a")).await;
        assert_eq!(tables.log("b").await.unwrap(), ["2\n"]);
    }
    sqlx::query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
        .execute(&mut other)
        .await
        .unwrap();
    // Each connection that was cut may fail once.
    let mut failed = 0;
    while tables.log("b").await.is_err() {
        failed += 1;
        assert!(failed <= 3, "what was cut is used again");
    }
    tables.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_takes_a_log_over_keeps_its_old_writer_out() {
    let (_, tables) = open("").await;
    for round in 0..20 {
        let turn = format!("t{round}");
        stored(&tables, &[part(&turn, 1, "1\n")]).await;
        let writer = {
            let (tables, turn) = (tables.clone(), turn.clone());
            tokio::spawn(async move {
                let mut last = 1;
                while stored(&tables, &[part(&turn, last + 1, &format!("{}\n", last + 1))]).await == [turn.clone()] {
                    last += 1;
                }
                last
            })
        };
        tokio::time::sleep(Duration::from_millis(round)).await;
        let (seal, seen) = tables.seize(&turn).await.unwrap();
        let last = writer.await.unwrap();
        assert_eq!(seal, last + SEAL);
        let lines: Vec<&str> = seen.iter().flat_map(|part| part.lines()).collect();
        assert_eq!(lines.len(), usize::try_from(last).unwrap(), "everything that was stored was seen");
        let late = LogPart { whole: true, ..part(&turn, last + 3, "all of it\n") };
        assert!(stored(&tables, &[late]).await.is_empty(), "nor may they say it all again");
        assert_eq!(stored(&tables, &[part(&turn, seal + 1, "mine\n")]).await, [turn]);
    }
}

#[tokio::test]
async fn letters_arrive_in_order_long_and_short_ones() {
    for (suffix, me) in [("", "one"), ("?pgbouncer=true", "pone")] {
        let (_, tables) = open(suffix).await;
        let mut ear = tables.listen(me).await.unwrap();
        let long = "ä".repeat(LETTER);
        let sent = ["a", "a", long.as_str(), "#1", "b:c", long.as_str(), "end"].map(str::to_owned);
        let letters = sent.iter().map(|body| (me.to_owned(), body.clone())).collect();
        tables.send(letters).await.unwrap();
        let mut heard = Vec::new();
        while heard.len() < sent.len() {
            heard.extend(tokio::time::timeout(PATIENCE, ear.next()).await.unwrap().unwrap());
        }
        assert_eq!(heard.len(), sent.len());
        for (heard, sent) in heard.iter().zip(&sent) {
            assert_eq!(heard.len(), sent.len());
            assert!(heard == sent, "{:.20}", heard);
        }
    }
}

#[tokio::test]
async fn rooms_are_found_by_others_and_go_with_their_instance() {
    let (url, tables) = open("").await;
    let beat = tables.beat("a", r#"{"host":"x"}"#, true).await.unwrap();
    assert!(beat.anew);
    assert!(!tables.beat("a", "{}", true).await.unwrap().anew);
    tables.beat("b", "{}", true).await.unwrap();
    let had = |room: &str, note: Option<&str>| (room.to_owned(), note.map(str::to_owned));
    tables.mark("a", &[had("user:1", Some("[]")), had("chat:1", Some("[1]"))]).await.unwrap();
    tables.mark("b", &[had("chat:1", Some("[2]")), had("user:1", None)]).await.unwrap();
    assert_eq!(tables.who_has("chat:1").await.unwrap(), [pair("a", "[1]"), pair("b", "[2]")]);
    let rooms = ["chat:1".to_owned(), "user:1".to_owned()];
    let mut found = tables.flush("b", &[], &rooms, true).await.unwrap();
    found.rooms.sort();
    assert_eq!(found.rooms, [pair("chat:1", "a"), pair("user:1", "a")]);
    assert_eq!(found.instances, ["a"]);
    let mut connection = PgConnection::connect(&url).await.unwrap();
    sqlx::query("UPDATE fleet_instance SET seen_at_ms = 0 WHERE instance = 'a'")
        .execute(&mut connection)
        .await
        .unwrap();
    let beat = tables.beat("b", "{}", true).await.unwrap();
    assert_eq!(beat.instances, [pair("b", "{}")]);
    let mut left = beat.left;
    left.sort();
    assert_eq!(left, ["chat:1", "user:1"]);
    assert_eq!(tables.who_has("chat:1").await.unwrap(), [pair("b", "[2]")]);
    assert!(tables.beat("a", "{}", true).await.unwrap().anew, "it learns that it was taken for dead");
    tables.leave("b").await.unwrap();
    assert!(tables.who_has("chat:1").await.unwrap().is_empty());
}

#[tokio::test]
async fn attempts_are_counted_together_until_they_are_old() {
    let store = Store::open(&options(&postgres_url().await)).await.unwrap();
    for bucket in [10, 10, 11] {
        assert!(store.count_try("k", bucket, 8, 3).await.unwrap());
    }
    assert!(!store.count_try("k", 11, 8, 3).await.unwrap());
    assert!(store.count_try("other", 11, 8, 3).await.unwrap());
    assert!(store.count_try("k", 13, 10, 3).await.unwrap(), "two are old by now");
    assert!(store.count_try("k", 13, 10, 3).await.unwrap());
    assert!(!store.count_try("k", 13, 10, 3).await.unwrap());
    assert!(sqlite().await.store.count_try("k", 13, 10, 0).await.unwrap(), "one server counts by itself");
}
