//! Secrets that must be read again, kept so that the database alone does not give them away.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rand::RngCore;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, Salt};

use crate::AuthError;

/// Seals and opens with a key made of a password of the installation.
pub struct Seal {
    key: LessSafeKey,
}

impl Seal {
    /// `purpose` keeps keys for different things apart.
    pub fn new(secret: &str, purpose: &str) -> Result<Self, AuthError> {
        let extracted = Salt::new(HKDF_SHA256, &[]).extract(secret.as_bytes());
        let info = [purpose.as_bytes()];
        let expanded = extracted.expand(&info, &AES_256_GCM).map_err(|_| failed("no key could be made"))?;
        Ok(Self { key: LessSafeKey::new(UnboundKey::from(expanded)) })
    }

    /// Seals `plain` for `owner`; it opens for nobody else.
    pub fn close(&self, plain: &[u8], owner: &str) -> Result<String, AuthError> {
        let mut nonce = [0; NONCE_LEN];
        rand::rng().fill_bytes(&mut nonce);
        let mut bytes = plain.to_vec();
        self.key
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(owner.as_bytes()), &mut bytes)
            .map_err(|_| failed("a secret could not be sealed"))?;
        Ok(STANDARD_NO_PAD.encode([nonce.as_slice(), &bytes].concat()))
    }

    /// Fails when another key sealed it, or somebody changed it.
    pub fn open(&self, sealed: &str, owner: &str) -> Result<Vec<u8>, AuthError> {
        let broken = || failed("a sealed secret does not open; was WEBUI_SECRET_KEY or MFA_ENCRYPTION_KEY changed?");
        let bytes = STANDARD_NO_PAD.decode(sealed).map_err(|_| broken())?;
        let (nonce, rest) = bytes.split_at_checked(NONCE_LEN).ok_or_else(broken)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| broken())?;
        let mut rest = rest.to_vec();
        let plain = self.key.open_in_place(nonce, Aad::from(owner.as_bytes()), &mut rest).map_err(|_| broken())?;
        Ok(plain.to_vec())
    }
}

fn failed(reason: &str) -> AuthError {
    AuthError::Internal(reason.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_opens_with_its_key_for_its_owner_only() -> Result<(), AuthError> {
        let seal = Seal::new("secret", "test")?;
        let (one, two) = (seal.close(b"plain", "ada")?, seal.close(b"plain", "ada")?);
        assert_ne!(one, two);
        assert_eq!(seal.open(&one, "ada")?, b"plain");
        assert!(seal.open(&one, "bob").is_err());
        assert!(Seal::new("secret", "other")?.open(&one, "ada").is_err());
        assert!(Seal::new("other", "test")?.open(&one, "ada").is_err());
        assert!(seal.open("x", "ada").is_err() && seal.open("", "ada").is_err());
        let changed = format!("{}{}", if one.starts_with('A') { 'B' } else { 'A' }, &one[1..]);
        assert!(seal.open(&changed, "ada").is_err());
        Ok(())
    }
}
