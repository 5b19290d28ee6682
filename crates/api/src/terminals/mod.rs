//! Terminal servers: which there are, requests handed on to them, and the socket of a terminal.

pub mod attach;
mod carry;
mod door;
mod headers;
pub mod list;
mod pass;
pub mod proxy;
mod refusal;
mod relays;
mod way;

pub use door::any;
pub use relays::Relays;

/// Bytes of the largest body that is handed on, either way: a file that somebody moves.
const LARGEST: usize = 1024 * 1024 * 1024;
