//! Headers that tell providers and tool servers who asks, and in which chat.

use crate::ConfigError;
use crate::values::{Values, wrong};

/// Their names, in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forwarded {
    pub user_name: String,
    pub user_id: String,
    pub user_email: String,
    pub user_role: String,
    pub chat_id: String,
    pub message_id: String,
}

impl Forwarded {
    pub(crate) fn read(values: &Values) -> Result<Self, ConfigError> {
        let name = |variable: &str| {
            let name = values.text(variable).to_lowercase();
            let sound =
                !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
            if sound { Ok(name) } else { Err(wrong(variable, "it must be the name of a header, such as X-User-Id")) }
        };
        Ok(Self {
            user_name: name("FORWARD_USER_INFO_HEADER_USER_NAME")?,
            user_id: name("FORWARD_USER_INFO_HEADER_USER_ID")?,
            user_email: name("FORWARD_USER_INFO_HEADER_USER_EMAIL")?,
            user_role: name("FORWARD_USER_INFO_HEADER_USER_ROLE")?,
            chat_id: name("FORWARD_SESSION_INFO_HEADER_CHAT_ID")?,
            message_id: name("FORWARD_SESSION_INFO_HEADER_MESSAGE_ID")?,
        })
    }
}
