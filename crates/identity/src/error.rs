//! Why somebody was not let in.

/// A refused identity. The texts are for people; none says which part of a credential was wrong.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// The token cannot be read, has expired or was signed with another secret.
    #[error("The session token is not valid")]
    InvalidToken,
    /// The token was signed out, the password changed, or the account is gone.
    #[error("This session has ended; please sign in again")]
    Ended,
    /// No account has this API key.
    #[error("The API key is not valid")]
    UnknownKey,
    /// API keys are switched off for this person or this address.
    #[error("{0}")]
    KeyRefused(&'static str),
    /// Email or password is wrong.
    #[error("The email or password is incorrect")]
    WrongCredentials,
    /// The directory does not know this name with this password.
    #[error("The user name or password is incorrect")]
    WrongDirectoryCredentials,
    /// Too many attempts for one email.
    #[error("Too many attempts; try again in a few minutes")]
    TooManyAttempts,
    /// The challenge is unknown, used, run out or for another step.
    #[error("This sign-in took too long or was finished elsewhere; please sign in again")]
    ChallengeOver,
    /// A code or ticket of a second factor is wrong or was used before.
    #[error("The code is incorrect")]
    WrongCode,
    /// Too many codes for one challenge or account; how many seconds to wait.
    #[error("Too many codes; try again in a few minutes")]
    TooManyCodes(i64),
    /// Somebody has this email already.
    #[error("This email address already has an account")]
    EmailTaken,
    /// A password or email that cannot be used; says why.
    #[error("{0}")]
    Unusable(String),
    /// The password could not be hashed or a token not signed.
    #[error("internal error: {0}")]
    Internal(String),
    #[error(transparent)]
    Access(#[from] airis_access::AccessError),
    #[error(transparent)]
    Store(#[from] airis_store::StoreError),
}
