//! Providers that misbehave, as real servers on real sockets: each failure must be told in words a person can act on,
//! within its deadline, and cost nothing else.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test says what went wrong by failing")]

mod files;
mod imports;
mod lists;
mod ndjson;
mod refusals;
mod servers;
mod streams;
