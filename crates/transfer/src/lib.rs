//! Everything that moves as a whole: from another server into this one, from one database to another, into an archive and
//! back. Reads and writes tables as they are, whatever is in them; knows nothing of HTTP.

mod archive;
mod backup;
mod error;
mod import;
mod link;
mod moving;
mod record;
mod restore;
mod rows;
mod schema;

pub use archive::{Entry, KeptTable, Manifest};
pub use backup::back_up;
pub use error::TransferError;
pub use import::{Import, Kind, Report, Skipped, import};
pub use moving::{Database, Migration, Moved, MovedTable, half_moved, migrations, move_all};
pub use restore::restore;

/// Result of a transfer.
pub type Result<T> = std::result::Result<T, TransferError>;

/// Hears how far it is: what is moved now, how much of it is done, and how much there is.
pub type Progress<'a> = &'a mut dyn FnMut(&str, u64, u64);
