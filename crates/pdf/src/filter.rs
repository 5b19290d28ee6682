//! How streams are packed.

use std::io::Read;

use flate2::bufread::{DeflateDecoder, ZlibDecoder};

use crate::document::Document;
use crate::object::{Dict, Object};

/// Bytes that one stream may unpack to.
const LARGEST: usize = 64 * 1024 * 1024;

/// The bytes of a stream; `None` when they are a picture or packed in an unknown way.
pub fn unpack(document: &mut Document<'_>, dict: &Dict, raw: &[u8]) -> Option<Vec<u8>> {
    let filters = document.entry(dict, "Filter").or_else(|| document.entry(dict, "F"));
    let params = document.entry(dict, "DecodeParms").or_else(|| document.entry(dict, "DP"));
    let filters = match filters {
        None | Some(Object::Null) => Vec::new(),
        Some(Object::Array(items)) => items,
        Some(one) => vec![one],
    };
    let params = match params {
        Some(Object::Array(items)) => items,
        Some(one) => vec![one],
        None => Vec::new(),
    };
    let mut bytes = raw.to_vec();
    for (at, filter) in filters.iter().enumerate() {
        let filter = document.resolved(filter);
        let params = params.get(at).map(|params| document.resolved(params));
        bytes = match filter.name()? {
            "FlateDecode" | "Fl" => predicted(document, inflate(&bytes), params.as_ref()),
            "LZWDecode" | "LZW" => predicted(document, lzw(&bytes), params.as_ref()),
            "ASCIIHexDecode" | "AHx" => hex(&bytes),
            "ASCII85Decode" | "A85" => ascii85(&bytes),
            "RunLengthDecode" | "RL" => runs(&bytes),
            "Crypt" => bytes,
            _ => return None,
        };
    }
    document.unpacked(bytes.len()).then_some(bytes)
}

/// As far as it goes: many files end in the middle of a stream.
fn inflate(bytes: &[u8]) -> Vec<u8> {
    let limit = u64::try_from(LARGEST).unwrap_or(u64::MAX);
    let mut all = Vec::new();
    let read = ZlibDecoder::new(bytes).take(limit).read_to_end(&mut all);
    if read.is_err() && all.is_empty() && bytes.len() > 2 {
        // The head may be what is damaged. What comes out of the rest is what there is.
        _ = DeflateDecoder::new(&bytes[2..]).take(limit).read_to_end(&mut all);
    }
    all
}

/// Undoes what was done to lines before they were packed.
fn predicted(document: &mut Document<'_>, bytes: Vec<u8>, params: Option<&Object>) -> Vec<u8> {
    let Some(params) = params.and_then(Object::dict) else { return bytes };
    let mut number =
        |name: &str, default: usize| document.entry(params, name).and_then(|value| value.count()).unwrap_or(default);
    let (kind, colors, bits, columns) =
        (number("Predictor", 1), number("Colors", 1), number("BitsPerComponent", 8), number("Columns", 1));
    let pixel = (colors.min(64) * bits.min(32)).div_ceil(8).max(1);
    let line = (columns.min(1 << 20) * colors.min(64) * bits.min(32)).div_ceil(8).max(1);
    if kind < 10 {
        return bytes;
    }
    let mut all: Vec<u8> = Vec::with_capacity(bytes.len());
    let mut above = vec![0_u8; line];
    for row in bytes.chunks(line + 1) {
        let Some((how, row)) = row.split_first() else { break };
        let mut here = row.to_vec();
        here.resize(line, 0);
        let mut at = 0;
        while at < line {
            let left = if at >= pixel { here[at - pixel] } else { 0 };
            let corner = if at >= pixel { above[at - pixel] } else { 0 };
            let more = match how {
                1 => left,
                2 => above[at],
                3 => u8::midpoint(left, above[at]),
                4 => paeth(left, above[at], corner),
                _ => 0,
            };
            here[at] = here[at].wrapping_add(more);
            at += 1;
        }
        all.extend_from_slice(&here);
        above = here;
    }
    all
}

fn paeth(left: u8, above: u8, corner: u8) -> u8 {
    let (a, b, c) = (i16::from(left), i16::from(above), i16::from(corner));
    let guess = a + b - c;
    let (to_left, to_above, to_corner) = ((guess - a).abs(), (guess - b).abs(), (guess - c).abs());
    if to_left <= to_above && to_left <= to_corner {
        left
    } else if to_above <= to_corner {
        above
    } else {
        corner
    }
}

fn lzw(bytes: &[u8]) -> Vec<u8> {
    const CLEAR: usize = 256;
    const END: usize = 257;
    let mut table: Vec<Vec<u8>> = Vec::new();
    let reset = |table: &mut Vec<Vec<u8>>| {
        table.clear();
        table.extend((0..=255_u8).map(|byte| vec![byte]));
        table.extend([Vec::new(), Vec::new()]);
    };
    reset(&mut table);
    let (mut all, mut last): (Vec<u8>, Option<usize>) = (Vec::new(), None);
    let (mut held, mut bits, mut width) = (0_u32, 0_u32, 9_u32);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        if bits < width {
            continue;
        }
        bits -= width;
        let code = ((held >> bits) & ((1 << width) - 1)) as usize;
        held &= (1 << bits) - 1;
        match code {
            END => break,
            CLEAR => {
                reset(&mut table);
                (last, width) = (None, 9);
                continue;
            }
            _ => {}
        }
        let piece = match (table.get(code), last.and_then(|last| table.get(last))) {
            (Some(piece), _) => piece.clone(),
            (None, Some(before)) if code == table.len() => {
                let mut piece = before.clone();
                piece.extend(before.first().copied());
                piece
            }
            _ => break,
        };
        if let Some(before) = last.and_then(|last| table.get(last)).cloned()
            && table.len() < 4096
        {
            let mut entry = before;
            entry.extend(piece.first().copied());
            table.push(entry);
        }
        all.extend_from_slice(&piece);
        last = Some(code);
        width = match table.len() + 1 {
            0..=511 => 9,
            512..=1023 => 10,
            1024..=2047 => 11,
            _ => 12,
        };
        if all.len() > LARGEST {
            break;
        }
    }
    all
}

fn hex(bytes: &[u8]) -> Vec<u8> {
    let digits = bytes.iter().take_while(|byte| **byte != b'>').filter_map(|byte| char::from(*byte).to_digit(16));
    let digits: Vec<u8> = digits.filter_map(|digit| u8::try_from(digit).ok()).collect();
    digits.chunks(2).map(|pair| pair[0] * 16 + pair.get(1).copied().unwrap_or(0)).collect()
}

fn ascii85(bytes: &[u8]) -> Vec<u8> {
    let (mut all, mut group, mut count) = (Vec::new(), 0_u32, 0_usize);
    for byte in bytes {
        match byte {
            b'z' if count == 0 => all.extend([0; 4]),
            b'!'..=b'u' => {
                group = group.wrapping_mul(85).wrapping_add(u32::from(byte - b'!'));
                count += 1;
                if count == 5 {
                    all.extend(group.to_be_bytes());
                    (group, count) = (0, 0);
                }
            }
            b'~' => break,
            _ => {}
        }
    }
    if count > 1 {
        for _ in count..5 {
            group = group.wrapping_mul(85).wrapping_add(84);
        }
        all.extend(&group.to_be_bytes()[..count - 1]);
    }
    all
}

fn runs(bytes: &[u8]) -> Vec<u8> {
    let (mut all, mut at) = (Vec::new(), 0);
    while let Some(length) = bytes.get(at).map(|length| usize::from(*length)) {
        at += 1;
        match length {
            0..=127 => {
                let end = (at + length + 1).min(bytes.len());
                all.extend_from_slice(&bytes[at..end]);
                at = end;
            }
            128 => break,
            _ => {
                let Some(byte) = bytes.get(at) else { break };
                all.extend(std::iter::repeat_n(*byte, 257 - length));
                at += 1;
            }
        }
        if all.len() > LARGEST {
            break;
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_out_as_they_went_in() {
        assert_eq!(hex(b"48 65 6c6C 6f>"), b"Hello");
        assert_eq!(ascii85(b"87cURD]i,\"Ebo80~>"), b"Hello World!");
        assert_eq!(runs(&[4, b'H', b'e', b'l', b'l', b'o', 254, b'!', 128, 9]), b"Hello!!!");
        // The example of the PDF specification.
        assert_eq!(
            lzw(&[0x80, 0x0B, 0x60, 0x50, 0x22, 0x0C, 0x0C, 0x85, 0x01]),
            [45, 45, 45, 45, 45, 65, 45, 45, 45, 66]
        );
    }

    #[test]
    fn damaged_streams_give_what_they_have() {
        assert!(inflate(b"nonsense").len() < 100);
        assert!(lzw(&[0xff; 40]).is_empty());
        assert_eq!(ascii85(b"~>"), b"");
        assert_eq!(runs(&[200]), b"");
    }
}
