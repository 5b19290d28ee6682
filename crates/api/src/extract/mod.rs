//! Extractors whose refusals have the contract's shape.

mod invalid;
mod json;
mod object;
mod path;
mod query;
mod schema;

pub use invalid::{Invalid, invalid};
pub(crate) use json::body;
pub use json::{Checked, Given, Json, read_json};
pub use object::FreeForm;
pub use path::Path;
pub use query::Query;
