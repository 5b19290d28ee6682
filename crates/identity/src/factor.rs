//! The second factor: what lies between the right password and a session where `auth.mfa.enable` is on.

use airis_domain::{Role, User, UserId, now};
use airis_store::{SecondFactor, SignInChallenge};
use async_recursion::async_recursion as boxed;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::RngCore;
use sha2::{Digest, Sha256};

use crate::{AuthError, IssuedToken, Method, Sessions, totp};

/// Seconds that a challenge, and a ticket of an operator, are good for.
const CHALLENGE: i64 = 300;
const TICKET: i64 = 86_400;
/// Codes that may be tried at one challenge.
const TRIES: i64 = 5;
const RECOVERY_CODES: usize = 10;

/// What a right password leads to.
#[derive(Clone, Debug)]
pub enum Opening {
    Session(IssuedToken),
    Challenge(Challenge),
    /// An administrator has to let the person in first.
    Pending,
}

/// What somebody has to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Set a factor up.
    Enroll,
    /// Show a code.
    Verify,
    /// Show the ticket that an operator gave.
    Recover,
}

impl Step {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enroll => "enroll",
            Self::Verify => "verify",
            Self::Recover => "recover",
        }
    }
}

/// A step and the token that it is done with.
#[derive(Clone)]
pub struct Challenge {
    pub step: Step,
    pub token: String,
    /// Seconds.
    pub expires_in: i64,
}

impl std::fmt::Debug for Challenge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Challenge").field("step", &self.step).finish_non_exhaustive()
    }
}

/// A secret for an authenticator app.
pub struct Setup {
    /// To be typed.
    pub manual_key: String,
    /// To be shown as a picture.
    pub address: String,
}

/// What a person shows: a code of the app, or one of the recovery codes.
pub struct Proof<'a> {
    pub code: &'a str,
    pub recovery: bool,
}

/// How things stand for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FactorStatus {
    pub enabled: bool,
    pub required: bool,
    pub recovery_codes_remaining: usize,
}

impl Sessions {
    /// Whether sign-ins need a second factor here.
    pub fn factors_are_on(&self) -> bool {
        self.inner.config.flag("auth.mfa.enable")
    }

    /// Whether a session opened this way needs one. Without accounts there is nobody to ask.
    pub(crate) fn needs_factor(&self, method: Option<Method>) -> bool {
        let config = &self.inner.config;
        self.factors_are_on()
            && match method {
                Some(Method::Oauth) => !config.flag("auth.mfa.allow_oauth_bypass"),
                Some(Method::TrustedHeader) => !config.flag("auth.mfa.allow_trusted_header_bypass"),
                Some(Method::System) => config.settings().webui_auth,
                _ => true,
            }
    }

    /// Opens a session for somebody who proved who they are, or says what is to be done before.
    #[boxed]
    pub async fn open(&self, user: &User, method: Method) -> Result<Opening, AuthError> {
        if !self.needs_factor(Some(method)) {
            return Ok(Opening::Session(self.issue(user, method).await?));
        }
        if user.role == Role::Pending {
            return Ok(Opening::Pending);
        }
        let store = &self.inner.store;
        let step = if store.factor_reset_waits(&user.id).await? {
            Step::Recover
        } else if store.second_factor(&user.id).await?.is_some() {
            Step::Verify
        } else {
            Step::Enroll
        };
        Ok(Opening::Challenge(self.challenge(&user.id, step, method).await?))
    }

    /// A challenge that was given out before, as it stands.
    #[boxed]
    pub async fn standing_challenge(&self, token: &str) -> Result<Challenge, AuthError> {
        let found = self.look_up(token).await?;
        let step = [Step::Enroll, Step::Verify, Step::Recover].into_iter().find(|step| step.as_str() == found.step);
        let step = step.ok_or(AuthError::ChallengeOver)?;
        Ok(Challenge { step, token: token.to_owned(), expires_in: (found.expires_at - now()).max(0) })
    }

    /// Makes the secret that is to be enrolled; a second call makes another one.
    #[boxed]
    pub async fn begin_enrollment(&self, token: &str) -> Result<Setup, AuthError> {
        let found = self.expect(token, Step::Enroll).await?;
        let user = self.inner.store.user(&found.user_id).await?.ok_or(AuthError::ChallengeOver)?;
        let secret = totp::new_secret();
        let sealed = self.inner.seal()?.close(&secret, found.user_id.as_str())?;
        self.inner.store.set_challenge_secret(&hash(token), &sealed).await?;
        let issuer = self.inner.config.settings().webui_name.clone();
        Ok(Setup { manual_key: totp::manual_key(&secret), address: totp::address(&issuer, &user.email, &secret) })
    }

    /// Enrolls the secret whose code is shown. Every older session ends; the answer is a new one, and the recovery codes,
    /// which nobody can read again.
    #[boxed]
    pub async fn finish_enrollment(
        &self,
        token: &str,
        code: &str,
    ) -> Result<(User, IssuedToken, Vec<String>), AuthError> {
        let found = self.expect(token, Step::Enroll).await?;
        let sealed = found.secret.as_deref().ok_or(AuthError::WrongCode)?;
        self.count_attempt(token, &found).await?;
        let secret = self.inner.seal()?.open(sealed, found.user_id.as_str())?;
        let step = totp::matching_step(&secret, code, now(), 0).ok_or(AuthError::WrongCode)?;
        self.end(token).await?;
        let codes = recovery_codes();
        let recovery = codes.iter().map(|code| hash(code)).collect();
        let factor = SecondFactor { secret: sealed.to_owned(), last_step: step, recovery };
        self.inner.store.set_second_factor(&found.user_id, &factor, &uuid::Uuid::new_v4().to_string()).await?;
        let (user, token) = self.admit(&found).await?;
        Ok((user, token, codes))
    }

    /// Opens the session for which a code was asked.
    pub async fn verify_factor(&self, token: &str, proof: Proof<'_>) -> Result<(User, IssuedToken), AuthError> {
        let found = self.expect(token, Step::Verify).await?;
        self.count_attempt(token, &found).await?;
        self.check(&found.user_id, proof).await?;
        self.end(token).await?;
        self.admit(&found).await
    }

    /// Counts a code, a recovery code or a ticket that a machine shows; fails when it has shown too many.
    #[boxed]
    pub async fn may_show_from(&self, origin: Option<&str>) -> Result<(), AuthError> {
        let Some(origin) = origin else { return Ok(()) };
        if self.inner.codes_from.allow_everywhere(&self.inner.store, origin, now()).await {
            Ok(())
        } else {
            Err(AuthError::TooManyCodes(crate::sessions::CODE_WINDOW))
        }
    }

    /// Begins to put another factor in place of the present one.
    pub async fn begin_replacement(
        &self,
        user: &User,
        method: Method,
        proof: Proof<'_>,
    ) -> Result<Challenge, AuthError> {
        self.check(&user.id, proof).await?;
        self.challenge(&user.id, Step::Enroll, method).await
    }

    /// New recovery codes in place of all old ones.
    pub async fn new_recovery_codes(&self, user: &User, proof: Proof<'_>) -> Result<Vec<String>, AuthError> {
        self.check(&user.id, proof).await?;
        let codes = recovery_codes();
        let hashes: Vec<String> = codes.iter().map(|code| hash(code)).collect();
        self.inner.store.set_recovery_codes(&user.id, &hashes).await?;
        Ok(codes)
    }

    /// Takes a lost factor away for an operator's ticket; the next step is to enroll another.
    #[boxed]
    pub async fn redeem_ticket(&self, token: &str, ticket: &str) -> Result<Challenge, AuthError> {
        let found = self.expect(token, Step::Recover).await?;
        self.count_attempt(token, &found).await?;
        let stamp = uuid::Uuid::new_v4().to_string();
        if !self.inner.store.redeem_factor_reset(&found.user_id, &hash(ticket), &stamp).await? {
            return Err(AuthError::WrongCode);
        }
        let method = Method::parse(&found.method).ok_or(AuthError::ChallengeOver)?;
        self.challenge(&found.user_id, Step::Enroll, method).await
    }

    /// A ticket for somebody who lost their factor; the operator hands it over.
    #[boxed]
    pub async fn reset_ticket(&self, user: &User) -> Result<String, AuthError> {
        let ticket = random_text();
        self.inner.store.set_factor_reset(&user.id, &hash(&ticket), now() + TICKET).await?;
        Ok(ticket)
    }

    #[boxed]
    pub async fn factor_status(&self, user: &User) -> Result<FactorStatus, AuthError> {
        let factor = self.inner.store.second_factor(&user.id).await?;
        let left = factor.as_ref().map_or(0, |factor| factor.recovery.len());
        Ok(FactorStatus { enabled: factor.is_some(), required: self.factors_are_on(), recovery_codes_remaining: left })
    }

    async fn challenge(&self, user: &UserId, step: Step, method: Method) -> Result<Challenge, AuthError> {
        let store = &self.inner.store;
        let credentials = store.credentials_by_id(user).await?.ok_or(AuthError::Ended)?;
        let token = format!("{user}.{}", random_text());
        let challenge = SignInChallenge {
            user_id: user.clone(),
            step: step.as_str().to_owned(),
            method: method.as_str().to_owned(),
            session_stamp: credentials.session_stamp,
            secret: None,
            expires_at: now() + CHALLENGE,
        };
        store.add_challenge(&hash(&token), &challenge).await?;
        Ok(Challenge { step, token, expires_in: CHALLENGE })
    }

    /// A challenge that is still good: a new password or the end of all sessions ends it, too.
    async fn look_up(&self, token: &str) -> Result<SignInChallenge, AuthError> {
        let store = &self.inner.store;
        let found = store.challenge(&hash(token)).await?.ok_or(AuthError::ChallengeOver)?;
        let credentials = store.credentials_by_id(&found.user_id).await?.ok_or(AuthError::ChallengeOver)?;
        let stands = credentials.active && credentials.session_stamp == found.session_stamp;
        if stands { Ok(found) } else { Err(AuthError::ChallengeOver) }
    }

    async fn expect(&self, token: &str, step: Step) -> Result<SignInChallenge, AuthError> {
        let found = self.look_up(token).await?;
        if found.step == step.as_str() { Ok(found) } else { Err(AuthError::ChallengeOver) }
    }

    async fn count_attempt(&self, token: &str, found: &SignInChallenge) -> Result<(), AuthError> {
        if !self.inner.store.count_attempt(&hash(token), TRIES).await? {
            return Err(AuthError::TooManyCodes((found.expires_at - now()).max(1)));
        }
        Ok(())
    }

    /// Only one of several right answers to a challenge opens a session.
    async fn end(&self, token: &str) -> Result<(), AuthError> {
        if self.inner.store.end_challenge(&hash(token)).await? { Ok(()) } else { Err(AuthError::ChallengeOver) }
    }

    async fn admit(&self, found: &SignInChallenge) -> Result<(User, IssuedToken), AuthError> {
        let method = Method::parse(&found.method).ok_or(AuthError::ChallengeOver)?;
        let user = self.inner.store.user(&found.user_id).await?.ok_or(AuthError::ChallengeOver)?;
        let token = self.issue_verified(&user, method).await?;
        Ok((user, token))
    }

    /// Uses a proof up.
    async fn check(&self, id: &UserId, proof: Proof<'_>) -> Result<(), AuthError> {
        if !self.inner.codes.allow_everywhere(&self.inner.store, id.as_str(), now()).await {
            return Err(AuthError::TooManyCodes(crate::sessions::CODE_WINDOW));
        }
        let store = &self.inner.store;
        let right = if proof.recovery {
            store.use_recovery_code(id, &hash(&proof.code.trim().to_lowercase())).await?
        } else {
            let factor = store.second_factor(id).await?.ok_or(AuthError::WrongCode)?;
            let secret = self.inner.seal()?.open(&factor.secret, id.as_str())?;
            match totp::matching_step(&secret, proof.code, now(), factor.last_step) {
                Some(step) => store.use_step(id, step).await?,
                None => false,
            }
        };
        if right { Ok(()) } else { Err(AuthError::WrongCode) }
    }
}

/// 256 random bits.
fn random_text() -> String {
    let mut bytes = [0; 32];
    rand::rng().fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// 128 random bits each, in hex.
fn recovery_codes() -> Vec<String> {
    let code = |_| {
        let mut bytes = [0; 16];
        rand::rng().fill_bytes(&mut bytes);
        hex::encode(bytes)
    };
    (0..RECOVERY_CODES).map(code).collect()
}

fn hash(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}
