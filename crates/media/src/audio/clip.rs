//! The bytes of a sound, and of which kind they really are.

use super::{AudioError, Result};

/// Bytes of the largest sound that a service may send.
pub const LARGEST: usize = 32 * 1024 * 1024;

/// Every kind, with the ending of a file that holds it.
pub const KINDS: [(&str, &str); 8] = [
    ("audio/mpeg", "mp3"),
    ("audio/wav", "wav"),
    ("audio/ogg", "ogg"),
    ("audio/flac", "flac"),
    ("audio/aac", "aac"),
    ("audio/mp4", "m4a"),
    ("audio/webm", "webm"),
    ("audio/pcm", "pcm"),
];

/// A sound.
#[derive(Clone, PartialEq, Eq)]
pub struct Clip {
    pub bytes: Vec<u8>,
    /// Such as `audio/mpeg`.
    pub kind: &'static str,
    /// The ending of a file that holds it.
    pub ending: &'static str,
}

impl std::fmt::Debug for Clip {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Clip({}, {} bytes)", self.kind, self.bytes.len())
    }
}

impl Clip {
    /// What the bytes themselves say counts; samples without a head are taken where the service calls them so.
    pub fn of(bytes: Vec<u8>, called: &str) -> Result<Self> {
        let nothing = || AudioError::refused("The service sent something that is no sound");
        let plain = matches!(called, "audio/pcm" | "audio/l16" | "audio/basic") && !bytes.is_empty();
        let ending = ending(&bytes).or(plain.then_some("pcm")).ok_or_else(nothing)?;
        let kind = KINDS.iter().find(|(_, known)| *known == ending).map(|(kind, _)| *kind).ok_or_else(nothing)?;
        Ok(Self { bytes, kind, ending })
    }
}

fn ending(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [b'I', b'D', b'3', ..] => Some("mp3"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => Some("wav"),
        [b'O', b'g', b'g', b'S', ..] => Some("ogg"),
        [b'f', b'L', b'a', b'C', ..] => Some("flac"),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some("m4a"),
        [0x1a, 0x45, 0xdf, 0xa3, ..] => Some("webm"),
        // Both begin with twelve bits; those of the layer tell them apart.
        [0xff, second, ..] if second & 0xf6 == 0xf0 => Some("aac"),
        [0xff, second, ..] if second & 0xe0 == 0xe0 => Some("mp3"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_begins_as_a_sound_is_one() {
        let kind = |bytes: &[u8], called: &str| Clip::of(bytes.to_vec(), called).ok().map(|clip| clip.kind);
        assert_eq!(kind(b"ID3\x03", "text/html"), Some("audio/mpeg"));
        assert_eq!(kind(b"\xff\xfb\x90\x00", ""), Some("audio/mpeg"));
        assert_eq!(kind(b"\xff\xf1\x50", ""), Some("audio/aac"));
        assert_eq!(kind(b"RIFF\0\0\0\0WAVEfmt ", ""), Some("audio/wav"));
        assert_eq!(kind(b"OggS\0", ""), Some("audio/ogg"));
        assert_eq!(kind(b"\0\0\0 ftypM4A ", ""), Some("audio/mp4"));
        assert_eq!(kind(b"\x01\x02", "audio/pcm"), Some("audio/pcm"));
        for (wrong, called) in [(&b""[..], "audio/pcm"), (b"<html>", "audio/mpeg"), (b"{}", "application/json")] {
            assert_eq!(kind(wrong, called), None);
        }
    }
}
