//! The documents of servers, fetched when somebody needs them and kept for a while. A server that is dead is asked again
//! only after a pause, so that it holds up one chat and not all.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use airis_outbound::{Call, Outbound};
use parking_lot::Mutex;

use super::connection::Connection;
use super::document::{Operation, operations};

/// How long a document is good.
const FRESH: Duration = Duration::from_secs(300);
/// How long a server that gave none is left alone.
const PAUSE: Duration = Duration::from_secs(20);
/// How long a chat waits for one.
const PATIENCE: Duration = Duration::from_secs(3);
/// Bytes of the largest document.
const LARGEST: usize = 4 * 1024 * 1024;
/// Documents that are kept.
const MOST: usize = 256;

/// What a server can do, or why nobody knows.
type Found = Result<Arc<Vec<Operation>>, String>;

#[derive(Clone)]
struct Kept {
    found: Found,
    at: Instant,
}

impl Kept {
    fn is_good(&self) -> bool {
        self.at.elapsed() < if self.found.is_ok() { FRESH } else { PAUSE }
    }
}

/// A document's place: whoever asks first fetches, the others wait for that.
type Slot = Arc<tokio::sync::Mutex<Option<Kept>>>;

/// All documents of this process.
#[derive(Default)]
pub struct Documents {
    slots: Mutex<HashMap<String, Slot>>,
}

impl Documents {
    /// What a server can do. `dress` adds what says who asks; `owner` keeps answers apart that depend on that.
    pub async fn of(
        &self,
        outbound: &Outbound,
        server: &Connection,
        owner: &str,
        seconds: u64,
        dress: impl Future<Output = Result<Call, String>>,
    ) -> Found {
        if let Some(given) = &server.given {
            return operations(given).map(Arc::new).ok_or_else(no_document);
        }
        let slot = self.slot(&format!("{owner}\n{}", server.written));
        if let Ok(kept) = slot.try_lock()
            && let Some(kept) = kept.as_ref().filter(|kept| kept.is_good())
        {
            return kept.found.clone();
        }
        let call = dress.await?.within(seconds).at_most(LARGEST);
        // Nobody waits longer than this, but what the server says then is kept for whoever comes next. The task ends by
        // itself: the call has a deadline.
        let work = tokio::spawn(renew(slot, outbound.clone(), call));
        match tokio::time::timeout(PATIENCE, work).await {
            Ok(found) => found.unwrap_or_else(|error| Err(error.to_string())),
            Err(_) => Err(format!("it did not answer within {} s", PATIENCE.as_secs())),
        }
    }

    fn slot(&self, key: &str) -> Slot {
        let mut slots = self.slots.lock();
        if slots.len() >= MOST && !slots.contains_key(key) {
            slots.clear();
        }
        slots.entry(key.to_owned()).or_default().clone()
    }
}

/// Fetches a document, unless somebody did so while this one waited.
async fn renew(slot: Slot, outbound: Outbound, call: Call) -> Found {
    let mut kept = slot.lock().await;
    if let Some(kept) = kept.as_ref().filter(|kept| kept.is_good()) {
        return kept.found.clone();
    }
    let mut found = fetch(&outbound, call).await;
    if found.is_err()
        && let Some(Kept { found: Ok(before), .. }) = kept.as_ref()
    {
        // What a server could do before is worth a try: perhaps only its document is away.
        found = Ok(before.clone());
    }
    *kept = Some(Kept { found: found.clone(), at: Instant::now() });
    found
}

async fn fetch(outbound: &Outbound, call: Call) -> Found {
    let document =
        outbound.fetch(call).await.and_then(|answer| answer.ok()?.json()).map_err(|error| error.to_string())?;
    operations(&document).map(Arc::new).ok_or_else(no_document)
}

fn no_document() -> String {
    "its document is no OpenAPI document: it has no paths".to_owned()
}

/// Where a server's document is: below its address, or at an address of its own.
pub fn address(url: &str, path: &str) -> String {
    if path.starts_with("http://") || path.starts_with("https://") {
        return path.to_owned();
    }
    format!("{}/{}", url.trim_end_matches('/'), path.trim_start_matches('/'))
}
