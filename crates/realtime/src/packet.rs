//! Socket.IO packets (protocol 5) of the root namespace, as text behind the Engine.IO message digit.

use airis_domain::Json;
use bytes::Bytes;
use serde::Serialize;
use serde_json::json;

/// What a client says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Packet {
    /// With its auth payload.
    Connect(Json),
    /// To a namespace that is not there.
    ConnectElsewhere(String),
    Disconnect,
    Event {
        name: String,
        /// The first argument, or null.
        data: Json,
        ack: Option<u64>,
    },
    Ack {
        id: u64,
        /// The first item, or null.
        answer: Json,
    },
    /// An event or acknowledgement whose binary parts follow.
    Unfinished(Partial),
    /// Something for a namespace that is not there.
    Nothing,
}

/// A packet that waits for its attachments.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Partial {
    event: bool,
    items: Vec<Json>,
    id: Option<u64>,
    missing: usize,
    attachments: Vec<Vec<u8>>,
}

/// Attachments of one packet; more is a mistake or malice.
const ATTACHMENTS: usize = 16;

/// A packet that breaks the rules.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("unusable packet: {0}")]
pub(crate) struct Malformed(&'static str);

/// Reads the text behind the message digit.
pub(crate) fn read(text: &str) -> Result<Packet, Malformed> {
    let kind = text.bytes().next().ok_or(Malformed("empty"))?;
    if !text.is_char_boundary(1) {
        return Err(Malformed("unknown type"));
    }
    let mut rest = &text[1..];
    let mut attachments = 0;
    if matches!(kind, b'5' | b'6') {
        let (count, after) = rest.split_once('-').ok_or(Malformed("no number of attachments"))?;
        attachments = count.parse().ok().filter(|count| *count <= ATTACHMENTS).ok_or(Malformed("attachments"))?;
        rest = after;
    }
    let mut namespace = "/";
    if rest.starts_with('/') {
        let (name, after) = rest.split_once(',').unwrap_or((rest, ""));
        namespace = name;
        rest = after;
    }
    if namespace != "/" {
        return Ok(if kind == b'0' { Packet::ConnectElsewhere(namespace.to_owned()) } else { Packet::Nothing });
    }
    match kind {
        b'0' if rest.is_empty() => Ok(Packet::Connect(Json::Null)),
        b'0' => serde_json::from_str(rest).map(Packet::Connect).map_err(|_| Malformed("auth")),
        b'1' => Ok(Packet::Disconnect),
        b'2' | b'3' | b'5' | b'6' => {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let id = match &rest[..digits] {
                "" => None,
                number => Some(number.parse().map_err(|_| Malformed("acknowledgement number"))?),
            };
            let items: Vec<Json> = serde_json::from_str(&rest[digits..]).map_err(|_| Malformed("payload"))?;
            let partial = Partial {
                event: matches!(kind, b'2' | b'5'),
                items,
                id,
                missing: attachments,
                attachments: Vec::new(),
            };
            if partial.missing == 0 { partial.finish() } else { Ok(Packet::Unfinished(partial)) }
        }
        _ => Err(Malformed("unknown type")),
    }
}

impl Partial {
    /// Adds an attachment; a whole packet when it was the last one.
    pub(crate) fn attach(mut self, bytes: Vec<u8>) -> Result<Packet, Malformed> {
        self.attachments.push(bytes);
        if self.attachments.len() < self.missing { Ok(Packet::Unfinished(self)) } else { self.finish() }
    }

    /// Bytes that wait here.
    pub(crate) fn size(&self) -> usize {
        self.attachments.iter().map(Vec::len).sum()
    }

    fn finish(self) -> Result<Packet, Malformed> {
        let mut items = self.items.into_iter().map(|item| filled(item, &self.attachments));
        if !self.event {
            let id = self.id.ok_or(Malformed("acknowledgement without number"))?;
            return Ok(Packet::Ack { id, answer: items.next().unwrap_or_default() });
        }
        match items.next() {
            Some(Json::String(name)) => {
                Ok(Packet::Event { name, data: items.next().unwrap_or_default(), ack: self.id })
            }
            _ => Err(Malformed("event without name")),
        }
    }
}

/// The value with placeholders replaced by their bytes as lists of numbers, as the contract has them.
fn filled(value: Json, attachments: &[Vec<u8>]) -> Json {
    match value {
        Json::Object(map) if map.get("_placeholder") == Some(&Json::Bool(true)) => {
            let number = map.get("num").and_then(Json::as_u64).and_then(|number| usize::try_from(number).ok());
            number.and_then(|number| attachments.get(number)).map_or(Json::Null, |bytes| json!(bytes))
        }
        Json::Object(map) => map.into_iter().map(|(key, item)| (key, filled(item, attachments))).collect(),
        Json::Array(items) => items.into_iter().map(|item| filled(item, attachments)).collect(),
        other => other,
    }
}

/// An event for clients, as it goes over the wire; one text for however many sockets.
pub(crate) fn event(name: &str, payload: &impl Serialize, ack: Option<u64>) -> serde_json::Result<Bytes> {
    let mut text = String::from("42");
    if let Some(ack) = ack {
        text.push_str(&ack.to_string());
    }
    text.push_str(&serde_json::to_string(&(name, payload))?);
    Ok(Bytes::from(text))
}

/// The answer to an event: one item, or none.
pub(crate) fn ack(id: u64, answer: Option<&Json>) -> Bytes {
    Bytes::from(match answer {
        Some(answer) => format!("43{id}[{answer}]"),
        None => format!("43{id}[]"),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn packets_of_the_official_clients_are_understood() {
        assert_eq!(read(r#"0{"token":"t"}"#).unwrap(), Packet::Connect(json!({"token": "t"})));
        assert_eq!(read("0").unwrap(), Packet::Connect(Json::Null));
        assert_eq!(read("0/admin,").unwrap(), Packet::ConnectElsewhere("/admin".to_owned()));
        assert_eq!(read("1").unwrap(), Packet::Disconnect);
        let event = |data, ack| Packet::Event { name: "e".to_owned(), data, ack };
        assert_eq!(read(r#"2["e",{"a":1},2]"#).unwrap(), event(json!({"a": 1}), None));
        assert_eq!(read(r#"27["e"]"#).unwrap(), event(Json::Null, Some(7)));
        assert_eq!(read("30[true]").unwrap(), Packet::Ack { id: 0, answer: json!(true) });
        assert_eq!(read("35[]").unwrap(), Packet::Ack { id: 5, answer: Json::Null });
        assert_eq!(read(r#"2/admin,["e"]"#).unwrap(), Packet::Nothing);
    }

    #[test]
    fn attachments_become_lists_of_numbers() {
        let text = r#"52-["e",{"a":{"_placeholder":true,"num":1},"b":[{"_placeholder":true,"num":0}],"c":{"_placeholder":true,"num":9}}]"#;
        let Packet::Unfinished(partial) = read(text).unwrap() else { panic!("attachments are missing") };
        let Packet::Unfinished(partial) = partial.attach(vec![1, 2]).unwrap() else { panic!("one is missing") };
        let packet = partial.attach(vec![3]).unwrap();
        let data = json!({"a": [3], "b": [[1, 2]], "c": null});
        assert_eq!(packet, Packet::Event { name: "e".to_owned(), data, ack: None });
    }

    #[test]
    fn what_breaks_the_rules_is_refused() {
        for text in [
            "",
            "9",
            "2",
            "2[",
            "2{}",
            "2[]",
            "2[1]",
            "3[1]",
            "3x[]",
            "4",
            "5",
            "5-[]",
            "599-[]",
            "0[",
            "2999999999999999999999[]",
            "é",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[0-9]?[0-9]?-?/?[,a-z]{0,3}[0-9]{0,3}.{0,40}") {
            let _ = read(&text);
        }
    }
}
