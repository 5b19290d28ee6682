//! The program from outside, and the shape of the repository itself.
#![expect(clippy::unwrap_used, reason = "tests")]

mod program;
mod repository;
mod tidy;
