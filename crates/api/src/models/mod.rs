//! Models: what providers offer, laid over with what is stored, and who may see which.

pub mod catalogue;
pub mod records;
pub mod visible;
