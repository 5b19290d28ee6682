//! Groups of people: who is in them, and what they may do more than others.

pub mod change;
mod forms;
pub mod members;
pub mod preview;
pub mod read;
mod tree;
pub mod views;
