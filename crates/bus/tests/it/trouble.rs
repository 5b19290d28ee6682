//! A bus that is away, forgets, or cuts the line: nothing shown is lost, and all is well again without a restart.

use std::time::Duration;

use airis_bus::{LOG, MISSED};
use serde_json::json;
use tokio::sync::oneshot;

use crate::place::Place;
use crate::{all_is_well, event, heard};

#[tokio::test(flavor = "multi_thread")]
async fn cut_connections_are_made_anew_and_say_that_something_was_missed() {
    let place = Place::postgres().await;
    let (one, two) = (place.instance().await, place.instance().await);
    two.mark("user:ann", || Some(json!([]))).await;
    let (mut shown, mut missed) = (two.room_events(), two.subscribe(MISSED));
    place
        .sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
        .await;
    heard(&mut missed).await;
    for number in 0.. {
        one.emit(event("user:ann", json!(number)));
        let soon = tokio::time::timeout(Duration::from_millis(200), shown.recv()).await;
        if soon.is_ok() {
            break;
        }
        assert!(number < 150, "events arrive again");
    }
    all_is_well(&[&one, &two]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_that_were_emptied_fill_again() {
    let place = Place::postgres().await;
    let (one, two) = (place.instance().await, place.instance().await);
    two.mark("user:ann", || Some(json!([]))).await;
    let (mut shown, mut torn) = (two.room_events(), one.subscribe(LOG));
    let log = one.log("t");
    log.append(&json!(1)).unwrap();
    one.emit_logged(&log, event("user:ann", json!(1)));
    assert_eq!(heard(&mut shown).await.payload, json!(1));
    // What a crash of the server does to unlogged tables.
    place.sql("TRUNCATE fleet_instance, fleet_room, fleet_log, fleet_parcel").await;
    log.append(&json!(2)).unwrap();
    one.emit_logged(&log, event("user:ann", json!(2)));
    assert_eq!(heard(&mut torn).await, json!({"turn_id": "t"}));
    log.compact(&json!("1 and 2")).unwrap();
    one.settle().await;
    assert_eq!(two.read_log("t").await.unwrap()[0].event, json!("1 and 2"));
    for number in 0.. {
        log.append(&json!("on")).unwrap();
        one.emit_logged(&log, event("user:ann", json!("on")));
        if tokio::time::timeout(Duration::from_millis(200), shown.recv()).await.is_ok() {
            break;
        }
        assert!(number < 150, "the room is announced again");
    }
    assert!(log.is_whole());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_bus_an_instance_goes_on_alone_and_joins_again() {
    let place = Place::postgres().await;
    let (one, two) = (place.instance().await, place.instance().await);
    two.mark("user:ann", || Some(json!([]))).await;
    let (mut here, mut there, mut torn) = (one.room_events(), two.room_events(), one.subscribe(LOG));
    let log = one.log("t");
    // The bus answers nothing as long as somebody else holds its tables.
    let (holds, held) = oneshot::channel();
    let (release, released) = oneshot::channel::<()>();
    let holder = tokio::spawn({
        let Place::Postgres(url) = &place else { panic!("this is no database") };
        let url = url.clone();
        async move {
            use sqlx::{Connection, PgConnection};
            let mut connection = PgConnection::connect(&url).await.unwrap();
            let mut hold = connection.begin().await.unwrap();
            sqlx::query("LOCK TABLE fleet_log, fleet_instance IN ACCESS EXCLUSIVE MODE")
                .execute(&mut *hold)
                .await
                .unwrap();
            holds.send(()).unwrap();
            released.await.unwrap();
            // Long enough to be asked in vain some more times.
            tokio::time::sleep(Duration::from_secs(5)).await;
            hold.rollback().await.unwrap();
        }
    });
    held.await.unwrap();
    log.append(&json!(1)).unwrap();
    one.emit_logged(&log, event("user:ann", json!(1)));
    assert_eq!(heard(&mut here).await.payload, json!(1), "those who are here see it all the same");
    assert!(one.trouble().is_some() && !log.is_whole());
    release.send(()).unwrap();
    holder.await.unwrap();
    assert_eq!(heard(&mut torn).await, json!({"turn_id": "t"}));
    log.compact(&json!("whole")).unwrap();
    one.emit_logged(&log, event("user:ann", json!("whole")));
    assert_eq!(heard(&mut there).await.payload, json!("whole"));
    assert_eq!(two.read_log("t").await.unwrap()[0].event, json!("whole"));
    all_is_well(&[&one]).await;
}
