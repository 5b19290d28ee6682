//! Calls to servers that behave as servers do: slowly, endlessly, or not at all.
#![expect(clippy::unwrap_used, reason = "tests")]

use airis_outbound::{Call, Outbound, OutboundError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Answers one connection with a text, and then says nothing more.
async fn server(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/x?secret=1", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut question = [0; 4096];
        let _ = stream.read(&mut question).await;
        let _ = stream.write_all(answer.as_bytes()).await;
        std::future::pending::<()>().await;
    });
    url
}

#[tokio::test]
async fn an_answer_must_be_whole_in_time() {
    for answer in ["", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc"] {
        let error = Outbound::new().fetch(Call::get(server(answer).await).within(1)).await.unwrap_err();
        assert!(matches!(error, OutboundError::Late(_, 1)), "{error}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn an_answer_may_not_be_larger_than_was_asked_for() {
    let url = server("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nabcd\r\n4\r\nabcd\r\n").await;
    let error = Outbound::new().fetch(Call::get(url).at_most(7)).await.unwrap_err();
    assert!(matches!(error, OutboundError::TooLarge(_, 7)), "{error}");
}

#[tokio::test]
async fn an_answer_that_goes_on_is_read_piece_by_piece_within_its_bounds() {
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nabcd\r\n4\r\nefgh\r\n";
    let outbound = Outbound::new();
    let mut answer = outbound.stream(Call::get(server(chunked).await).within(1), None).await.unwrap();
    let mut text = Vec::new();
    while text.len() < 8 {
        text.extend(answer.next().await.unwrap().unwrap());
    }
    assert_eq!((answer.status, text.as_slice()), (200, b"abcdefgh".as_slice()));
    // Nothing more comes, and nobody says that this is the end.
    assert!(matches!(answer.next().await.unwrap_err(), OutboundError::Late(_, 1)));

    let mut answer = outbound.stream(Call::get(server(chunked).await).at_most(7), None).await.unwrap();
    let error = loop {
        match answer.next().await {
            Ok(piece) => assert!(piece.is_some(), "the end"),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, OutboundError::TooLarge(_, 7)), "{error}");
    let error = outbound.stream(Call::get(server("").await).within(1), None).await.unwrap_err();
    assert!(matches!(error, OutboundError::Late(_, 1)), "{error}");
    assert!(outbound.stream(Call::get("http://169.254.169.254/"), None).await.is_err());
}

#[tokio::test]
async fn nobody_is_followed_to_another_address() {
    let url = server("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n").await;
    let answer = Outbound::new().fetch(Call::get(url)).await.unwrap();
    assert_eq!(answer.status, 302);
    assert!(answer.ok().unwrap_err().to_string().contains("sends requests on"));
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_dialled_for_people() {
    let url = server("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await.replace("127.0.0.1", "localhost");
    let error = Outbound::new().fetch(Call::get(url.clone()).public().within(5)).await.unwrap_err();
    assert!(error.to_string().contains("no address that may be called"), "{error}");
    assert_eq!(Outbound::new().fetch(Call::get(url)).await.unwrap().text(), "ok");
}

#[tokio::test]
async fn what_opens_no_websocket_is_said_to_be_so() {
    for answer in [
        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: x\r\n\r\n",
    ] {
        let error = Outbound::new().websocket(Call::get(server(answer).await).within(5)).await.unwrap_err();
        assert!(matches!(error, OutboundError::Odd(..)), "{error}");
    }
}
