//! Sockets through their public face, on one server and on several.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail loudly")]

mod fleet;
mod polling;
mod server;
