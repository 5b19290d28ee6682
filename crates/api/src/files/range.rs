//! Parts of a file, as `Range` asks for them.

use axum::http::{HeaderMap, header};

/// What of `size` bytes is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    All,
    /// From the first up to and including the last byte.
    Part(u64, u64),
    /// There is nothing where it points.
    Nothing,
}

/// Reads the header. Several parts at once, other units and nonsense count as no wish at all; so does a part of a file
/// that has another `tag` by now.
pub fn wanted(headers: &HeaderMap, tag: &str, size: u64) -> Wanted {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if text(header::IF_RANGE).is_some_and(|known| known != tag) {
        return Wanted::All;
    }
    let parsed = text(header::RANGE).and_then(|range| range.strip_prefix("bytes=")).and_then(|range| {
        let (first, last) = range.trim().split_once('-')?;
        let number = |text: &str| text.bytes().all(|sign| sign.is_ascii_digit()).then(|| text.parse::<u64>().ok())?;
        match (first, last) {
            ("", last) => Some(match number(last)? {
                0 => Wanted::Nothing,
                _ if size == 0 => Wanted::Nothing,
                length => Wanted::Part(size.saturating_sub(length), size - 1),
            }),
            (first, last) => {
                let first = number(first)?;
                let last = if last.is_empty() { u64::MAX } else { number(last)? };
                if last < first {
                    return None;
                }
                Some(if first < size { Wanted::Part(first, last.min(size - 1)) } else { Wanted::Nothing })
            }
        }
    });
    parsed.unwrap_or(Wanted::All)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn a_part_is_what_the_header_says_and_nonsense_is_everything() {
        let ask = |range: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RANGE, HeaderValue::from_static(range));
            wanted(&headers, "\"t\"", 10)
        };
        for (range, part) in [
            ("bytes=0-3", Wanted::Part(0, 3)),
            ("bytes=4-", Wanted::Part(4, 9)),
            ("bytes=-4", Wanted::Part(6, 9)),
            ("bytes=-99", Wanted::Part(0, 9)),
            ("bytes=9-99", Wanted::Part(9, 9)),
            ("bytes=10-", Wanted::Nothing),
            ("bytes=-0", Wanted::Nothing),
            ("bytes=3-1", Wanted::All),
            ("bytes=0-1,3-4", Wanted::All),
            ("bytes=+1-2", Wanted::All),
            ("bytes=99999999999999999999-", Wanted::All),
            ("items=0-1", Wanted::All),
            ("bytes=-", Wanted::All),
        ] {
            assert_eq!(ask(range), part, "{range}");
        }
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, HeaderValue::from_static("bytes=0-3"));
        headers.insert(header::IF_RANGE, HeaderValue::from_static("\"old\""));
        assert_eq!(wanted(&headers, "\"t\"", 10), Wanted::All);
    }
}
