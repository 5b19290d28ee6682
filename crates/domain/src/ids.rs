//! Identifiers as types, so that a chat id is never taken for a user id. All are opaque text on the wire.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// A fresh random id (UUID version 4).
            pub fn random() -> Self {
                Self(uuid::Uuid::new_v4().to_string())
            }

            /// The id as it appears on the wire.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }
    };
}

id!(/// A person with an account.
    UserId);
id!(/// A stored conversation, or `temporary:<socket id>` for one that is never stored.
    ChatId);
id!(/// A message; unique within its chat, chosen by whoever creates it.
    MessageId);
id!(/// One assistant reply being produced; the contract calls it a task.
    TurnId);
id!(/// An uploaded file.
    FileId);
id!(/// A connected socket.
    SessionId);
id!(/// A model as people pick it, prefix included.
    ModelId);

impl ChatId {
    /// Temporary chats live in the caller's browser only and are never stored.
    pub fn is_temporary(&self) -> bool {
        self.0.starts_with("temporary:") || self.0.starts_with("local:")
    }
}
