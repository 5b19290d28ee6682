//! The program from outside, and the shape of the repository itself.
#![expect(clippy::unwrap_used, reason = "tests")]

mod encrypted;
mod program;
mod repository;
mod tidy;
mod transfer;
