//! Time-based one-time codes (RFC 6238): six digits, thirty seconds, SHA-1, as every authenticator app makes them.

use rand::RngCore;
use ring::hmac;
use subtle::ConstantTimeEq;

/// Seconds that a code is shown.
const PERIOD: i64 = 30;
/// Steps before and after the present one that count, because clocks differ.
const TOLERANCE: i64 = 1;
/// Bytes of a secret.
const LENGTH: usize = 20;
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A fresh secret.
pub fn new_secret() -> Vec<u8> {
    let mut secret = vec![0; LENGTH];
    rand::rng().fill_bytes(&mut secret);
    secret
}

/// The time step that `code` belongs to, if it fits at `now` (seconds) and is newer than `last_step`.
pub fn matching_step(secret: &[u8], code: &str, now: i64, last_step: i64) -> Option<i64> {
    let code: String = code.chars().filter(|sign| !sign.is_whitespace()).collect();
    let present = now / PERIOD;
    let fits = |step: &i64| bool::from(at(secret, *step).as_bytes().ct_eq(code.as_bytes()));
    (present - TOLERANCE..=present + TOLERANCE).filter(|step| *step > last_step).find(fits)
}

fn at(secret: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let digest = hmac::sign(&key, &step.to_be_bytes());
    let bytes = digest.as_ref();
    let offset = usize::from(bytes.last().copied().unwrap_or_default() & 0x0f);
    let word = bytes.iter().skip(offset).take(4).fold(0_u32, |word, byte| (word << 8) | u32::from(*byte));
    format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
}

/// The secret as people type it into an app.
pub fn manual_key(secret: &[u8]) -> String {
    let mut text = String::with_capacity(secret.len() * 8 / 5 + 1);
    let (mut buffer, mut bits) = (0_u32, 0);
    let mut push = |five: u32| text.push(char::from(BASE32[(five & 31) as usize]));
    for byte in secret {
        (buffer, bits) = ((buffer << 8) | u32::from(*byte), bits + 8);
        while bits >= 5 {
            bits -= 5;
            push(buffer >> bits);
        }
        buffer &= 31;
    }
    if bits > 0 {
        push(buffer << (5 - bits));
    }
    text
}

/// The address that an app reads from a picture.
pub fn address(issuer: &str, account: &str, secret: &[u8]) -> String {
    let (issuer, account, key) = (escaped(issuer), escaped(account), manual_key(secret));
    format!("otpauth://totp/{issuer}:{account}?secret={key}&issuer={issuer}&algorithm=SHA1&digits=6&period={PERIOD}")
}

fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn codes_are_those_of_the_standard() {
        for (time, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
        {
            assert_eq!(matching_step(SECRET, code, time, 0), Some(time / 30), "{time}");
        }
    }

    #[test]
    fn a_code_fits_one_step_around_its_time_and_never_twice() {
        let fits = |time, last| matching_step(SECRET, "287 082", time, last);
        assert_eq!((fits(29, 0), fits(59, 0), fits(89, 0)), (Some(1), Some(1), Some(1)));
        assert_eq!((fits(120, 0), fits(59, 1)), (None, None));
        assert_eq!(matching_step(SECRET, "28708", 59, 0), None);
        assert_eq!(matching_step(SECRET, "", 59, 0), None);
    }

    #[test]
    fn keys_are_written_in_base_32() {
        assert_eq!(manual_key(SECRET), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(manual_key(b"foob"), "MZXW6YQ");
        assert_eq!(
            address("My chat", "a@b.c", b"foob"),
            "otpauth://totp/My%20chat:a%40b.c?secret=MZXW6YQ&issuer=My%20chat&algorithm=SHA1&digits=6&period=30"
        );
        assert_ne!(new_secret(), new_secret());
    }
}
