//! Headers that tell providers, tool servers and services who asks, and in which chat.

use airis_domain::User;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::json;

use crate::ConfigError;
use crate::values::{Values, wrong};

/// What they are told, by names in lower case.
#[derive(Clone)]
pub struct Forwarded {
    who: Who,
    pub chat_id: String,
    pub message_id: String,
}

/// How a person is named: by a header for each thing, or by one token that says all and that nobody else can have made.
#[derive(Clone)]
enum Who {
    Plain { name: String, id: String, email: String, role: String },
    Token { header: String, key: EncodingKey, seconds: i64 },
}

impl Forwarded {
    pub(crate) fn read(values: &Values) -> Result<Self, ConfigError> {
        let name = |variable: &str| {
            let name = values.text(variable).to_lowercase();
            let sound =
                !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
            if sound { Ok(name) } else { Err(wrong(variable, "it must be the name of a header, such as X-User-Id")) }
        };
        const LIFE: &str = "FORWARD_USER_INFO_HEADER_JWT_EXPIRES_SECONDS";
        let who = match values.filled("FORWARD_USER_INFO_HEADER_JWT_SECRET") {
            Some(secret) => Who::Token {
                header: name("FORWARD_USER_INFO_HEADER_JWT")?,
                key: EncodingKey::from_secret(secret.as_bytes()),
                seconds: match values.required(LIFE)? {
                    seconds if seconds > 0 => seconds,
                    _ => return Err(wrong(LIFE, "a token must hold for a second at least")),
                },
            },
            None => Who::Plain {
                name: name("FORWARD_USER_INFO_HEADER_USER_NAME")?,
                id: name("FORWARD_USER_INFO_HEADER_USER_ID")?,
                email: name("FORWARD_USER_INFO_HEADER_USER_EMAIL")?,
                role: name("FORWARD_USER_INFO_HEADER_USER_ROLE")?,
            },
        };
        Ok(Self {
            who,
            chat_id: name("FORWARD_SESSION_INFO_HEADER_CHAT_ID")?,
            message_id: name("FORWARD_SESSION_INFO_HEADER_MESSAGE_ID")?,
        })
    }

    /// Headers and values that tell who asks; `now` is seconds since 1970.
    pub fn user(&self, user: &User, now: i64) -> Vec<(&str, String)> {
        match &self.who {
            Who::Plain { name, id, email, role } => vec![
                (name, visible(&user.name)),
                (id, visible(user.id.as_str())),
                (email, visible(&user.email)),
                (role, user.role.as_str().to_owned()),
            ],
            Who::Token { header, key, seconds } => {
                let claims = json!({"sub": user.id, "id": user.id, "name": user.name, "email": user.email,
                    "role": user.role, "iat": now, "exp": now.saturating_add(*seconds)});
                match encode(&Header::new(Algorithm::HS256), &claims, key) {
                    Ok(token) => vec![(header, token)],
                    Err(error) => {
                        tracing::error!(%error, "the token that tells who asks was not made");
                        Vec::new()
                    }
                }
            }
        }
    }
}

/// A value of a header: where it has other signs than visible ASCII, all but letters and digits are percent-encoded.
pub fn visible(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
    if text.bytes().all(plain) {
        return text.to_owned();
    }
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
