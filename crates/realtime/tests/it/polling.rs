//! Sockets over long polling.

use std::time::Duration;

use airis_domain::{RoomEvent, UserId};
use airis_realtime::CallError;
use http::StatusCode;
use serde_json::json;

use crate::server::Server;

#[tokio::test]
async fn a_question_reaches_one_socket_and_its_answer_comes_back() {
    let server = Server::start().await;
    let client = server.connect("ann").await;
    let other = server.connect("ann").await;
    let question = json!({"data": {"type": "confirmation"}});
    let (ann, session) = (UserId::from("ann"), client.session());
    let call = server.realtime.call(&session, &ann, &question, Some(Duration::from_secs(60)));
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
    assert_eq!(server.realtime.usage().await.user_count, 0);
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
    assert_eq!(server.realtime.user_ids().await, []);
    assert_eq!(server.realtime.owner(&client.session()).await, Some(UserId::from("ann")), "known for a while");
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
        server.bus.emit(RoomEvent {
            room,
            event: "events".to_owned(),
            payload: json!(text),
            except: None,
            trace: None,
        });
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
        server.bus.emit(RoomEvent {
            room,
            event: "events:note".to_owned(),
            payload: json!(text),
            except: None,
            trace: None,
        });
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
        server.bus.emit(RoomEvent {
            room,
            event: "events:note".to_owned(),
            payload: json!(text),
            except: None,
            trace: None,
        });
    }
    assert_eq!(ann.hear().await, r#"42["events:note","open"]"#);
}
