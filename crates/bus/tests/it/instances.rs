//! What one instance says is heard by those that are to hear it, and by nobody else.

use std::time::Duration;

use airis_bus::{Bus, BusError, Home, LOG};
use serde_json::json;

use crate::place::{Place, on_each};
use crate::{PATIENCE, event, heard};

on_each! {
    events_reach_the_instances_that_have_the_room_in_order
    who_is_in_a_room_is_known_everywhere
    a_log_is_read_everywhere_and_written_by_one
    questions_are_answered_refused_or_given_up
}

async fn events_reach_the_instances_that_have_the_room_in_order(place: Place) {
    let (one, two, three) = (place.instance().await, place.instance().await, place.instance().await);
    two.mark("user:ann", || Some(json!([]))).await;
    let (mut here, mut there, mut elsewhere) = (one.room_events(), two.room_events(), three.room_events());
    let long = "long ".repeat(4_000);
    for number in 0..500 {
        one.emit(event("user:ann", json!(number)));
        if number % 100 == 0 {
            one.emit(event("user:ann", json!(long)));
        }
    }
    for channel in [&mut here, &mut there] {
        for number in 0..500 {
            assert_eq!(heard(channel).await.payload, json!(number));
            if number % 100 == 0 {
                assert_eq!(heard(channel).await.payload, json!(long));
            }
        }
    }
    two.mark("user:ann", || None).await;
    one.emit(event("user:ann", json!("gone")));
    // Heard here means that it was decided who else is to hear it.
    assert_eq!(heard(&mut here).await.payload, json!("gone"));
    three.follow("user:ann");
    three.settle().await;
    one.emit(event("user:ann", json!("followed")));
    assert_eq!(heard(&mut elsewhere).await.payload, json!("followed"), "nothing before it was heard");
    assert!(there.try_recv().is_err());
    three.unfollow("user:ann");
    three.settle().await;
    assert!(one.who_has("user:ann").await.unwrap().is_empty());
}

async fn who_is_in_a_room_is_known_everywhere(place: Place) {
    let (one, two) = (place.instance().await, place.instance().await);
    one.mark("chat:1", || Some(json!([{"id": "ann"}]))).await;
    two.mark("chat:1", || Some(json!([{"id": "bob"}]))).await;
    two.follow("chat:1");
    for bus in [&one, &two] {
        let mut people: Vec<String> =
            bus.people("chat:1").await.unwrap().iter().map(|person| person["id"].to_string()).collect();
        people.sort();
        assert_eq!(people, ["\"ann\"", "\"bob\""]);
    }
    one.mark("chat:1", || None).await;
    assert_eq!(two.people("chat:1").await.unwrap(), [json!({"id": "bob"})]);
    let nonsense = format!("chat:{}", "x\0y".repeat(500));
    let mut events = one.room_events();
    one.mark(&nonsense, || Some(json!([]))).await;
    one.emit(event(&nonsense, json!(1)));
    assert!(one.who_has(&nonsense).await.unwrap().is_empty(), "names that somebody made up do no harm");
    one.emit(event("chat:2", json!("still well")));
    assert_eq!(heard(&mut events).await.payload, json!(1));
    assert_eq!(heard(&mut events).await.payload, json!("still well"));
}

async fn a_log_is_read_everywhere_and_written_by_one(place: Place) {
    let (one, two) = (place.instance().await, place.instance().await);
    two.mark("user:ann", || Some(json!([]))).await;
    let (mut shown, mut torn) = (two.room_events(), one.subscribe(LOG));
    let log = one.log("t");
    for number in 1..=50 {
        assert_eq!(log.append(&json!(number)).unwrap(), number);
        one.emit_logged(&log, event("user:ann", json!(number)));
    }
    for number in 1..=50 {
        assert_eq!(heard(&mut shown).await.payload, json!(number));
        let stored = two.read_log("t").await.unwrap();
        assert!(stored.iter().any(|entry| entry.seq == number), "what is shown was logged before");
    }
    let (taken, entries) = two.seize("t", 1000).await.unwrap();
    assert_eq!(entries.len(), 50);
    log.append(&json!("late")).unwrap();
    one.emit_logged(&log, event("user:ann", json!("late")));
    assert_eq!(heard(&mut torn).await, json!({"turn_id": "t"}));
    assert!(!log.is_whole());
    log.compact(&json!("mine")).unwrap();
    one.settle().await;
    assert_eq!(two.read_log("t").await.unwrap().len(), 50, "nor is it said all again behind who took it over");
    assert_eq!(taken.append(&json!("new")).unwrap(), 1001, "what was shown without the log had numbers, too");
    two.emit_logged(&taken, event("user:ann", json!("new")));
    assert_eq!(heard(&mut shown).await.payload, json!("new"), "what the old owner wrote late is shown to nobody");
    two.settle().await;
    assert_eq!(one.read_log("t").await.unwrap().last().unwrap().event, json!("new"));
    taken.compact(&json!("all")).unwrap();
    two.settle().await;
    let entries = one.read_log("t").await.unwrap();
    assert_eq!((entries.len(), entries[0].seq, &entries[0].event), (1, 1001, &json!("all")));
    taken.remove().unwrap();
    two.settle().await;
    two.settle().await;
    assert!(one.log_ids().await.unwrap().is_empty());
}

fn answers(bus: &Bus) {
    let mut questions = bus.serve("double").unwrap();
    tokio::spawn(async move {
        while let Some(question) = questions.recv().await {
            match question.payload.as_i64() {
                Some(0) => question.never_mind().await,
                Some(number) => question.answer(json!(number * 2)),
                None => {}
            }
        }
    });
}

async fn questions_are_answered_refused_or_given_up(place: Place) {
    let (one, two) = (place.instance().await, place.instance().await);
    answers(&two);
    // The first to come has not heard of the second yet.
    let name = format!("host-{}", two.tag());
    tokio::time::sleep(Duration::from_millis(600)).await;
    let home = one.home(|mark| name.ends_with(mark)).await;
    assert_eq!(home, Home::There(two.tag().to_owned()));
    assert_eq!(two.home(|mark| name.ends_with(mark)).await, Home::Here);
    assert_eq!(one.home(|mark| mark == "nobody").await, Home::Nowhere);
    let ask = |kind: &'static str, payload| one.ask(two.tag(), kind, payload, PATIENCE);
    assert_eq!(ask("double", json!(21)).await.unwrap(), json!(42));
    assert!(matches!(ask("double", json!("x")).await, Err(BusError::Refused)));
    assert!(matches!(ask("unknown", json!(1)).await, Err(BusError::Refused)));
    let short = Duration::from_millis(100);
    assert!(matches!(one.ask(two.tag(), "double", json!(0), short).await, Err(BusError::Silent)));
    assert_eq!(ask("double", json!(1)).await.unwrap(), json!(2), "a question that was given up holds up nobody");
    assert!(matches!(one.ask("nobody", "double", json!(1), PATIENCE).await, Err(BusError::Gone)));
    assert_eq!(one.ask_everyone("double", &json!(4), PATIENCE).await, [json!(8)]);
    let long = "x".repeat(100_000);
    let mut topic = two.subscribe("news");
    one.publish("news", json!(long));
    assert_eq!(heard(&mut topic).await, json!(long));
    two.close().await;
    assert!(one.ask(two.tag(), "double", json!(1), Duration::from_secs(5)).await.is_err());
}
