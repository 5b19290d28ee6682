//! The web: its pages as people read them, and the engines that find them.

mod engines;
mod hosts;
mod load;
mod page;
mod passages;
mod playwright;
mod remote;
mod search;
mod together;
mod youtube;

pub use engines::Hit;
pub use page::Page;
pub use search::Searched;
pub use youtube::is_video;

use airis_outbound::OutboundError;

use crate::RetrievalError;

/// What somebody outside did is told as it is: the texts hold no credentials.
fn refused(error: OutboundError) -> RetrievalError {
    RetrievalError::Refused(error.to_string())
}
