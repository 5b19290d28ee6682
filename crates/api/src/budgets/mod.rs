//! What people may spend: limits and prices for administrators, and what is left for everybody.

pub mod change;
mod forms;
pub mod own;
pub mod prices;
pub mod read;
mod views;
