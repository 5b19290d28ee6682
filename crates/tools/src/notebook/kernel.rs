//! One run, in the messages of the Jupyter protocol (version 5.3).

use airis_domain::Json;
use airis_outbound::OutboundError;
use futures::{SinkExt, StreamExt};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use super::door::Door;
use super::{MOST_OUTPUT, Outcome, note};

/// Sends the code and reads what comes of it until the kernel says that it rests.
pub async fn execute(door: &Door<'_>, kernel: &str, code: &str, outcome: &mut Outcome) -> Result<(), OutboundError> {
    let broken =
        |error: &dyn std::fmt::Display| OutboundError::Odd("the kernel".to_owned(), format!("broke off: {error}"));
    let mut socket = door.socket(kernel).await?;
    let id = uuid::Uuid::new_v4().simple().to_string();
    let request = request(&id, code).to_string();
    socket.send(Message::text(request)).await.map_err(|error| broken(&error))?;
    while let Some(message) = socket.next().await {
        let Message::Text(text) = message.map_err(|error| broken(&error))? else { continue };
        let Ok(message) = serde_json::from_str::<Json>(&text) else { continue };
        if message["parent_header"]["msg_id"] != json!(id) {
            continue;
        }
        if take(&message, outcome) {
            // The kernel is ended next; a farewell that fails changes nothing.
            let _ = socket.close(None).await;
            return Ok(());
        }
    }
    Err(broken(&"no reason was given"))
}

fn request(id: &str, code: &str) -> Json {
    json!({
        "header": {"msg_id": id, "msg_type": "execute_request", "username": "airis", "session": id, "version": "5.3", "date": ""},
        "parent_header": {},
        "metadata": {},
        "content": {"code": code, "silent": false, "store_history": false, "user_expressions": {}, "allow_stdin": false, "stop_on_error": true},
        "channel": "shell",
        "buffers": [],
    })
}

/// Adds a message to what is known; true when it was the last one.
fn take(message: &Json, outcome: &mut Outcome) -> bool {
    let content = &message["content"];
    let kind = message["msg_type"].as_str().or_else(|| message["header"]["msg_type"].as_str()).unwrap_or_default();
    match kind {
        "stream" => {
            let text = content["text"].as_str().unwrap_or_default();
            let place = if content["name"] == "stderr" { &mut outcome.stderr } else { &mut outcome.stdout };
            append(place, text);
        }
        "execute_result" | "display_data" => {
            let data = &content["data"];
            let picture = |kind: &str| Some(format!("data:{kind};base64,{}", data[kind].as_str()?.trim()));
            let shown = picture("image/png")
                .or_else(|| picture("image/jpeg"))
                .or_else(|| data["text/plain"].as_str().map(str::to_owned));
            if let Some(text) = shown {
                if !outcome.result.is_empty() {
                    append(&mut outcome.result, "\n");
                }
                append(&mut outcome.result, &text);
            }
        }
        "error" => {
            let lines: Vec<&str> =
                content["traceback"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
            let text = if lines.is_empty() {
                content["evalue"].as_str().unwrap_or_default().to_owned()
            } else {
                lines.join("\n")
            };
            note(outcome, &without_colours(&text));
        }
        "status" => return content["execution_state"] == "idle",
        _ => {}
    }
    false
}

/// Output is kept up to its bound; what is beyond is left out.
fn append(place: &mut String, text: &str) {
    let room = MOST_OUTPUT.saturating_sub(place.len());
    let end = (0..=room.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    place.push_str(&text[..end]);
}

/// Text without the colours that terminals show.
fn without_colours(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        if sign == '\u{1b}' && signs.peek() == Some(&'[') {
            signs.next();
            while signs.next().is_some_and(|sign| !sign.is_ascii_alphabetic()) {}
        } else {
            plain.push(sign);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(messages: &[Json]) -> (Outcome, bool) {
        let mut outcome = Outcome::default();
        let ended = messages.iter().any(|message| take(message, &mut outcome));
        (outcome, ended)
    }

    #[test]
    fn output_errors_and_values_are_kept_apart() {
        let (found, ended) = outcome(&[
            json!({"msg_type": "status", "content": {"execution_state": "busy"}}),
            json!({"msg_type": "stream", "content": {"name": "stdout", "text": "a"}}),
            json!({"header": {"msg_type": "stream"}, "content": {"name": "stderr", "text": "w"}}),
            json!({"msg_type": "execute_result", "content": {"data": {"text/plain": "1"}}}),
            json!({"msg_type": "display_data", "content": {"data": {"image/png": "QQ==\n", "text/plain": "<Figure>"}}}),
            json!({"msg_type": "error", "content": {"traceback": ["\u{1b}[0;31mZeroDivisionError\u{1b}[0m: x"]}}),
            json!({"msg_type": "nonsense"}),
        ]);
        assert!(!ended);
        assert_eq!(found.stdout, "a");
        assert_eq!(found.stderr, "w\nZeroDivisionError: x");
        assert_eq!(found.result, "1\ndata:image/png;base64,QQ==");
        assert!(outcome(&[json!({"msg_type": "status", "content": {"execution_state": "idle"}})]).1);
    }

    #[test]
    fn output_without_end_is_cut_between_characters() {
        let mut place = "x".repeat(MOST_OUTPUT - 3);
        append(&mut place, "ääää");
        assert_eq!(place.len(), MOST_OUTPUT - 1);
        append(&mut place, "ä");
        assert_eq!(place.len(), MOST_OUTPUT - 1);
    }
}
