//! Where the vector of a passage is.

use airis_domain::JsonMap;

use crate::measure::{pack, unit};
use crate::{Passage, Result};

/// What a store of passages knows of a vector.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    /// Who made it; `None`: there is none.
    pub model: Option<String>,
    /// With length one, where it lies beside its passage.
    pub vector: Option<Vec<u8>>,
    /// The server, and the place there, where it lies otherwise.
    pub home: Option<String>,
    /// Its id there; `None` for one of nothing but zeros, which is near to nothing.
    pub point: Option<String>,
}

impl Kept {
    /// Beside its passage.
    pub fn here(model: &str, passage: &Passage) -> Result<Self> {
        let Some(vector) = &passage.vector else { return Ok(Self::default()) };
        Ok(Self { model: Some(model.to_owned()), vector: Some(pack(&unit(vector)?)), ..Self::default() })
    }
}

/// A vector that another server keeps: the home of a passage, and its point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Away {
    pub home: String,
    pub point: String,
}

/// A passage as it is stored: digest, text, what it is about, metadata, model, vector, home, point.
pub type Stored =
    (Option<String>, String, String, String, Option<String>, Option<Vec<u8>>, Option<String>, Option<String>);

/// A stored passage of a file, with an id of its own for where it goes.
pub fn passage(file_id: &str, (hash, text, about, metadata, model, vector, home, point): Stored) -> (Passage, Kept) {
    let metadata: JsonMap = serde_json::from_str(&metadata).unwrap_or_default();
    let passage = Passage {
        id: uuid::Uuid::new_v4().to_string(),
        text,
        file_id: Some(file_id.to_owned()),
        hash,
        metadata,
        about,
        vector: None,
    };
    (passage, Kept { model, vector, home, point })
}
