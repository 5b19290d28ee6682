//! Requests that are handed on, by every method.

use axum::extract::{Request, State};
use axum::response::Response;

use super::pass;
use crate::app::App;
use crate::caller::Verified;

/// A handler per method of one address.
macro_rules! handed_on {
    ($path:tt, $of_chat:tt, $($(#[$doc:meta])* $method:ident)*) => {$(
        $(#[$doc])*
        #[utoipa::path($method, path = $path, tag = "terminals", security(("verified" = [])),
            params(("server_id" = String, Path), ("path" = String, Path)), responses((status = 200, body = Value)))]
        pub async fn $method(person: Verified, State(app): State<App>, request: Request) -> Response {
            pass::on(&app, &person, $of_chat, request).await
        }
    )*};
}

/// Requests around no chat.
pub mod plain {
    use super::{App, Request, Response, State, Verified, pass};

    handed_on! {
        "/api/v1/terminals/{server_id}/{*path}", false,
        /// Hands a reading request on to a terminal server.
        get
        /// Hands a writing request on to a terminal server.
        post
        /// Hands a replacing request on to a terminal server.
        put
        /// Hands a changing request on to a terminal server.
        patch
        /// Hands a deleting request on to a terminal server.
        delete
        /// Asks a terminal server for the head of an answer.
        head
        /// Asks a terminal server what may be asked.
        options
    }
}

/// Requests around a chat of the caller's: the terminal server keeps chats apart.
pub mod chat {
    use super::{App, Request, Response, State, Verified, pass};

    handed_on! {
        "/api/v1/terminals/{server_id}/chats/{chat_id}/{*path}", true,
        /// Hands a reading request of a chat on to a terminal server.
        get
        /// Hands a writing request of a chat on to a terminal server.
        post
        /// Hands a replacing request of a chat on to a terminal server.
        put
        /// Hands a changing request of a chat on to a terminal server.
        patch
        /// Hands a deleting request of a chat on to a terminal server.
        delete
        /// Asks a terminal server for the head of an answer of a chat.
        head
        /// Asks a terminal server what may be asked in a chat.
        options
    }
}
