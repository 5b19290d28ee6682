//! Where a request to a terminal server goes, read from the address as it was written: nothing in it is decoded and
//! encoded again on its way through.

use super::refusal::Refusal;

const AREA: &str = "/api/v1/terminals/";
const CHATS: &str = "chats/";
/// How often a path may be encoded over itself.
const DEPTH: usize = 4;

/// `/api/v1/terminals/{server}/{path}` or `/api/v1/terminals/{server}/chats/{chat}/{path}`.
#[derive(Debug, PartialEq)]
pub struct Way {
    pub server: String,
    pub chat: Option<String>,
    /// What the server is asked for, without a slash in front.
    pub path: String,
    /// What stands in front of that here, without a slash at its end.
    pub front: String,
}

impl Way {
    /// Reads an address; `of_chat` where the route has a chat in it.
    pub fn read(address: &str, of_chat: bool) -> Result<Self, Refusal> {
        Self::parts(address, of_chat).filter(|way| goes_down(&way.path)).ok_or_else(Refusal::odd_address)
    }

    fn parts(address: &str, of_chat: bool) -> Option<Self> {
        let (server, mut path) = address.strip_prefix(AREA)?.split_once('/')?;
        let mut chat = None;
        if of_chat {
            let (id, rest) = path.strip_prefix(CHATS)?.split_once('/')?;
            chat = Some(name(id)?);
            path = rest;
        }
        let front = address.strip_suffix(path)?.strip_suffix('/')?;
        Some(Self { server: name(server)?, chat, path: path.to_owned(), front: front.to_owned() })
    }
}

/// An id in an address.
fn name(part: &str) -> Option<String> {
    String::from_utf8(decoded(part.as_bytes())).ok()
}

/// Whether a path stays below where it begins, however its parts are encoded, and however the server reads them.
fn goes_down(path: &str) -> bool {
    let mut path = path.as_bytes().to_vec();
    for _ in 0..DEPTH {
        let steps = |part: &[u8]| matches!(part.split(|byte| *byte == b';').next(), Some(b"." | b".."));
        if path.split(|byte| matches!(byte, b'/' | b'\\')).any(steps) || path.iter().any(u8::is_ascii_control) {
            return false;
        }
        let inner = decoded(&path);
        if inner == path {
            return true;
        }
        path = inner;
    }
    false
}

/// Bytes behind percent signs; what is no such byte stays as it is.
fn decoded(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, behind)) = rest.split_first() {
        let hex = behind.get(..2).filter(|hex| *first == b'%' && hex.iter().all(u8::is_ascii_hexdigit));
        let byte = hex.and_then(|hex| std::str::from_utf8(hex).ok()).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &behind[2..] } else { behind };
    }
    bytes
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_apart_and_its_path_stays_as_it_was_written() {
        let way = Way::read("/api/v1/terminals/my%20box/files/a%2Fb%20c//", false).unwrap();
        assert_eq!((way.server.as_str(), way.path.as_str()), ("my box", "files/a%2Fb%20c//"));
        assert_eq!((way.chat, way.front.as_str()), (None, "/api/v1/terminals/my%20box"));
        let way = Way::read("/api/v1/terminals/s/chats/c-1/files", true).unwrap();
        assert_eq!((way.chat.as_deref(), way.path.as_str()), (Some("c-1"), "files"));
        assert_eq!(way.front, "/api/v1/terminals/s/chats/c-1");
        // A route without a chat hands such a path on as any other.
        assert_eq!(Way::read("/api/v1/terminals/s/chats/c-1", false).unwrap().path, "chats/c-1");
        for odd in ["/api/v1/terminals/s", "/api/v1/other/s/x", "/api/v1/terminals/%FF/x"] {
            assert!(Way::read(odd, false).is_err(), "{odd}");
        }
    }

    #[test]
    fn no_path_leads_upwards() {
        for up in [
            "..",
            "a/../b",
            "a/..",
            "%2e%2e/a",
            "a/%2E./b",
            "a/.%2e",
            "a%2f..%2fb",
            "a%5c..%5cb",
            "%252e%252e/a",
            "./a",
            "a/..;x/b",
            "a%00b",
            "a%0ab",
            "a/%25252e%25252e",
            "a/%2525252525252e./b",
        ] {
            assert!(!goes_down(up), "{up}");
        }
        for fine in ["", "a", "a..b", "...", "a/..b", "a%20b", "100%", "a%zz", "%C3%BC", "a;v=1", "a%25b"] {
            assert!(goes_down(fine), "{fine}");
        }
    }
}
