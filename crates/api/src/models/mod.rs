//! Models: what providers offer, laid over with what is stored, and who may see which.

pub mod catalogue;
pub mod change;
mod forms;
pub mod listing;
pub mod read;
pub mod share;
pub mod sync;
pub mod transfer;
pub mod versions;
pub mod views;
pub mod visible;
