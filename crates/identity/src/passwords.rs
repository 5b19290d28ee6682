//! Password hashes: Argon2id for new ones; bcrypt of imported accounts is understood and replaced on sign-in.

use async_recursion::async_recursion as boxed;
use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use crate::AuthError;

/// Longer passwords are refused: hashing megabytes is a way to keep a server busy.
const LONGEST: usize = 4_096;
/// Hashes at once. Argon2id takes 64 MiB each, so this bounds memory as well as threads.
const AT_ONCE: usize = 4;

/// Hashes and verifies passwords, a few at a time, on threads that may block. Cheap to clone.
#[derive(Clone)]
pub struct Passwords {
    permits: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { permits: Arc::new(Semaphore::new(cores.clamp(1, AT_ONCE))) }
    }
}

impl Passwords {
    /// An Argon2id hash in PHC form (m=65536, t=3, p=4, as the contract's `argon2` kind).
    #[boxed]
    pub async fn hash(&self, password: &str) -> Result<String, AuthError> {
        if password.len() > LONGEST {
            return Err(AuthError::Unusable(format!("A password may have at most {LONGEST} bytes")));
        }
        let password = password.to_owned();
        self.run(move || {
            argon2()?
                .hash_password(password.as_bytes())
                .map(|hash| hash.to_string())
                .map_err(|error| AuthError::Internal(error.to_string()))
        })
        .await?
    }

    /// Whether the password fits an Argon2 or bcrypt hash. A hash of no known kind fits nothing.
    #[boxed]
    pub async fn verify(&self, password: &str, hash: &str) -> Result<bool, AuthError> {
        if password.len() > LONGEST {
            return Ok(false);
        }
        let (password, hash) = (password.to_owned(), hash.to_owned());
        self.run(move || verify(password.as_bytes(), &hash)).await
    }

    /// Does the work of one verification and says no, so that an unknown email takes as long as a wrong password.
    #[boxed]
    pub async fn pretend(&self, password: &str) -> Result<(), AuthError> {
        const SOMEBODY: &str =
            "$argon2id$v=19$m=65536,t=3,p=4$YWlyaXMtbm9ib2R5LTAx$Iq7xWm0lZ3bV9q4m0J1cC3Jr7T1o0m6qf2p2fWQwK3E";
        self.verify(password, SOMEBODY).await.map(drop)
    }

    /// Whether a hash should be replaced at the next sign-in.
    pub fn is_outdated(hash: &str) -> bool {
        !hash.starts_with("$argon2id$")
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, AuthError> {
        let permit = self.permits.clone().acquire_owned().await;
        let permit = permit.map_err(|error| AuthError::Internal(error.to_string()))?;
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        })
        .await
        .map_err(|error| AuthError::Internal(error.to_string()))
    }
}

fn argon2() -> Result<Argon2<'static>, AuthError> {
    let params = Params::new(65_536, 3, 4, None).map_err(|error| AuthError::Internal(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn verify(password: &[u8], hash: &str) -> bool {
    if hash.starts_with("$argon2") {
        PasswordHash::new(hash).is_ok_and(|parsed| Argon2::default().verify_password(password, &parsed).is_ok())
    } else {
        // Imported accounts hashed only the first 72 bytes.
        bcrypt::verify(&password[..password.len().min(72)], hash).unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn new_hashes_are_argon2id_and_fit_only_their_password() -> Result<(), AuthError> {
        let passwords = Passwords::default();
        let hash = passwords.hash("correct horse").await?;
        assert!(hash.starts_with("$argon2id$v=19$m=65536,t=3,p=4$"), "{hash}");
        assert!(passwords.verify("correct horse", &hash).await?);
        assert!(!passwords.verify("battery staple", &hash).await?);
        assert!(!Passwords::is_outdated(&hash));
        Ok(())
    }

    #[tokio::test]
    async fn bcrypt_hashes_of_imported_accounts_fit_by_their_first_72_bytes() -> Result<(), Box<dyn std::error::Error>>
    {
        let passwords = Passwords::default();
        let long = "x".repeat(72);
        let hash = bcrypt::hash(long.as_bytes(), 4)?;
        assert!(passwords.verify(&format!("{long}tail"), &hash).await?);
        assert!(!passwords.verify("y", &hash).await?);
        assert!(Passwords::is_outdated(&hash));
        Ok(())
    }

    #[tokio::test]
    async fn pretending_works_on_a_hash_that_can_be_parsed() -> Result<(), AuthError> {
        Passwords::default().pretend("anything").await
    }
}
