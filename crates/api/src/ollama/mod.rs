//! Connections to Ollama servers. Most addresses come twice: with the number of a connection, and without, when a
//! server that has the model is found.

pub mod compatible;
pub mod config;
mod forms;
pub mod generate;
pub mod hosts;
pub mod manage;
mod send;
pub mod transfer;
pub mod verify;
