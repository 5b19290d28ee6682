//! People: administered by administrators, looked up by others, and everybody's own settings.

pub mod change;
pub mod defaults;
pub mod groups;
pub mod list;
pub mod one;
pub mod own;
pub mod preview;
mod tally;
pub mod usage;
pub mod views;
