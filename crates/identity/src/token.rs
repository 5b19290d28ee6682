//! Session tokens: HS256 with the claims of the contract.

use airis_domain::UserId;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};

use crate::AuthError;

/// How somebody proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    Password,
    Ldap,
    Oauth,
    TrustedHeader,
    System,
    Api,
}

impl Method {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Ldap => "ldap",
            Self::Oauth => "oauth",
            Self::TrustedHeader => "trusted_header",
            Self::System => "system",
            Self::Api => "api",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let all = [Self::Password, Self::Ldap, Self::Oauth, Self::TrustedHeader, Self::System, Self::Api];
        all.into_iter().find(|method| method.as_str() == text)
    }
}

/// What a session token says. Times are seconds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Claims {
    pub id: UserId,
    /// `session`, `automation` or `subagent`; tokens of older versions have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typ: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_method: Option<Method>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_stamp: Option<String>,
    #[serde(default)]
    pub mfa_verified: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
}

/// Signs and checks tokens with one secret.
pub(crate) struct Signer {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
}

impl Signer {
    pub(crate) fn new(secret: &str) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.required_spec_claims.clear();
        validation.validate_exp = true;
        validation.leeway = 0;
        Self {
            encoding: EncodingKey::from_secret(secret.as_bytes()),
            decoding: DecodingKey::from_secret(secret.as_bytes()),
            validation,
        }
    }

    pub(crate) fn sign(&self, claims: &Claims) -> Result<String, AuthError> {
        encode(&Header::new(Algorithm::HS256), claims, &self.encoding)
            .map_err(|error| AuthError::Internal(error.to_string()))
    }

    pub(crate) fn check(&self, token: &str) -> Result<Claims, AuthError> {
        decode::<Claims>(token, &self.decoding, &self.validation)
            .map(|data| data.claims)
            .map_err(|_| AuthError::InvalidToken)
    }
}
