//! What the bytes of fonts with one byte a sign mean.

use encoding_rs::{MACINTOSH, WINDOWS_1252};

use crate::glyphs;
use crate::object::Object;

/// The base of an encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    Standard,
    Windows,
    Mac,
}

/// Signs of the standard encoding that ASCII does not have, or has elsewhere.
const STANDARD: &[(u8, char)] = &[
    (0x27, '’'),
    (0x60, '‘'),
    (0xa1, '¡'),
    (0xa2, '¢'),
    (0xa3, '£'),
    (0xa4, '⁄'),
    (0xa5, '¥'),
    (0xa6, 'ƒ'),
    (0xa7, '§'),
    (0xa8, '¤'),
    (0xa9, '\''),
    (0xaa, '“'),
    (0xab, '«'),
    (0xac, '‹'),
    (0xad, '›'),
    (0xae, 'ﬁ'),
    (0xaf, 'ﬂ'),
    (0xb1, '–'),
    (0xb2, '†'),
    (0xb3, '‡'),
    (0xb4, '·'),
    (0xb6, '¶'),
    (0xb7, '•'),
    (0xb8, '‚'),
    (0xb9, '„'),
    (0xba, '”'),
    (0xbb, '»'),
    (0xbc, '…'),
    (0xbd, '‰'),
    (0xbf, '¿'),
    (0xc1, '`'),
    (0xc2, '´'),
    (0xc3, 'ˆ'),
    (0xc4, '˜'),
    (0xc5, '¯'),
    (0xc6, '˘'),
    (0xc7, '˙'),
    (0xc8, '¨'),
    (0xca, '˚'),
    (0xcb, '¸'),
    (0xcd, '˝'),
    (0xce, '˛'),
    (0xcf, 'ˇ'),
    (0xd0, '—'),
    (0xe1, 'Æ'),
    (0xe3, 'ª'),
    (0xe8, 'Ł'),
    (0xe9, 'Ø'),
    (0xea, 'Œ'),
    (0xeb, 'º'),
    (0xf1, 'æ'),
    (0xf5, 'ı'),
    (0xf8, 'ł'),
    (0xf9, 'ø'),
    (0xfa, 'œ'),
    (0xfb, 'ß'),
    (0xb5, ' '),
    (0xbe, ' '),
    (0xc9, ' '),
    (0xcc, ' '),
];

/// The meaning of every byte; empty where it has none.
pub fn table(base: Base, differences: &[Object]) -> Vec<String> {
    let mut table: Vec<String> = (0..=255_u8).map(|byte| sign(base, byte)).collect();
    let mut at = 0;
    for item in differences {
        match item {
            Object::Number(_) => at = item.count().unwrap_or(256),
            Object::Name(name) => {
                if let (Some(slot), Some(text)) = (table.get_mut(at), glyphs::text(name)) {
                    *slot = text;
                }
                at += 1;
            }
            _ => {}
        }
    }
    table
}

fn sign(base: Base, byte: u8) -> String {
    if byte < 0x20 {
        return String::new();
    }
    match base {
        Base::Windows => WINDOWS_1252.decode_without_bom_handling(&[byte]).0.into_owned(),
        Base::Mac => MACINTOSH.decode_without_bom_handling(&[byte]).0.into_owned(),
        Base::Standard => match STANDARD.iter().find(|(known, _)| *known == byte) {
            Some((_, sign)) => glyphs::plain(*sign),
            None if byte < 0x7f => char::from(byte).to_string(),
            None => String::new(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_mean_what_the_encoding_says() {
        assert_eq!(table(Base::Windows, &[])[0xe4], "ä");
        assert_eq!(table(Base::Mac, &[])[0x8a], "ä");
        assert_eq!((table(Base::Standard, &[])[0xae].as_str(), table(Base::Standard, &[])[0x41].as_str()), ("fi", "A"));
        let differences = [
            Object::Number(65.0),
            Object::Name("Adieresis".to_owned()),
            Object::Name("uni20AC".to_owned()),
            Object::Name("g12".to_owned()),
        ];
        let table = table(Base::Windows, &differences);
        assert_eq!((table[65].as_str(), table[66].as_str(), table[67].as_str()), ("Ä", "€", "C"));
    }
}
