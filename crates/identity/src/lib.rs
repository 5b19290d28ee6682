//! Who somebody is: passwords, session tokens, API keys, sign-in and sign-up, accounts of other providers.

mod accounts;
mod directory;
mod error;
mod factor;
mod keys;
mod lifetime;
mod passwords;
mod rate;
mod seal;
mod secret;
mod sessions;
mod single_sign_on;
mod token;
mod totp;
mod vouched;

pub use accounts::{NewAccount, SINGLE_USER_EMAIL, is_email};
pub use directory::is_directory_filter;
pub use error::AuthError;
pub use factor::{Challenge, FactorStatus, Opening, Proof, Setup, Step};
pub use keys::new_api_key;
pub use lifetime::{lifetime_seconds, parse_lifetime};
pub use passwords::Passwords;
pub use rate::RateLimit;
pub use seal::Seal;
pub use secret::{kept_secret, load_or_create_secret};
pub use sessions::{Caller, IssuedToken, Sessions, Via};
pub use single_sign_on::{Arrival, Departure, Landing, LogoutProblem, PICTURE_KINDS, SignOnError};
pub use token::{Claims, Method};
