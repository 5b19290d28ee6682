//! Speech: made of texts, and made into texts, by other services. One file per service.

mod clip;
mod error;
mod hearing;
mod kept;
mod listed;
mod order;
mod recording;
mod setup;
mod speech;

pub use clip::Clip;
pub use error::AudioError;
pub use listed::Named;
pub use order::SpeechWish;
pub use recording::{LARGEST, Recording};

use std::path::Path;
use std::sync::Arc;

use airis_access::effective;
use airis_config::Config;
use airis_domain::{Role, User};
use airis_files::Received;
use airis_outbound::Outbound;
use airis_store::Store;
use async_recursion::async_recursion as boxed;
use tokio::sync::Semaphore;

use kept::Kept;
use order::Speech;
use setup::Setup;

/// The permission to have texts read aloud, and the one to have speech written down.
pub const SPEAKS: &str = "chat.tts";
pub const HEARS: &str = "chat.stt";

/// Requests that are at work at once: each holds its sound in memory.
const AT_ONCE: usize = 8;

pub type Result<T> = std::result::Result<T, AudioError>;

/// The services for speech; cheap to clone.
#[derive(Clone)]
pub struct Audio {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    config: Arc<Config>,
    outbound: Outbound,
    kept: Kept,
    places: Semaphore,
}

impl Audio {
    /// What was spoken is kept below `cache`, a folder of this machine.
    pub fn new(store: Store, config: Arc<Config>, cache: &Path) -> Self {
        let (outbound, places) = (Outbound::new(), Semaphore::new(AT_ONCE));
        let kept = Kept::new(cache.join("audio").join("speech"));
        Self { inner: Arc::new(Inner { store, config, outbound, kept, places }) }
    }

    /// Whether somebody has a permission; administrators need none.
    #[boxed]
    pub async fn permits(&self, user: &User, permission: &'static str) -> Result<bool> {
        let Inner { store, config, .. } = self.inner.as_ref();
        Ok(user.role == Role::Admin || effective(store, config, user).await?.allows(permission))
    }

    /// A text as speech; what was spoken before the same way is not made again.
    #[boxed]
    pub async fn speak(&self, wish: SpeechWish) -> Result<Clip> {
        let inner = self.inner.as_ref();
        let setup = Setup::new(&inner.config, &inner.outbound);
        let speech = Speech::of(&setup, wish)?;
        let name = speech::fingerprint(&setup, &speech);
        if let Some(clip) = inner.kept.find(&name).await {
            return Ok(clip);
        }
        let _place = inner.places.try_acquire().map_err(|_| AudioError::Busy)?;
        let clip = speech::run(&setup, &speech).await?;
        inner.kept.keep(&name, &clip).await;
        Ok(clip)
    }

    /// Whether a file may be heard: refuses what is of no kind that administrators let in.
    pub fn check(&self, name: &str, kind: Option<&str>) -> Result<()> {
        recording::check(&self.inner.config, name, kind)
    }

    /// What is said in a file that has arrived. Nothing of it is kept.
    #[boxed]
    pub async fn hear(
        &self,
        received: Received,
        name: &str,
        kind: Option<&str>,
        language: Option<&str>,
    ) -> Result<String> {
        let inner = self.inner.as_ref();
        let setup = Setup::new(&inner.config, &inner.outbound);
        hearing::built_in(&setup)?;
        let language = recording::language(language)?;
        let _place = inner.places.try_acquire().map_err(|_| AudioError::Busy)?;
        let recording = Recording::read(received, name, kind).await?;
        hearing::run(&setup, &recording, language.as_deref()).await
    }

    /// Models that speak, as far as the service tells.
    #[boxed]
    pub async fn models(&self) -> Result<Vec<Named>> {
        speech::models(&Setup::new(&self.inner.config, &self.inner.outbound)).await
    }

    /// Voices that the service has.
    #[boxed]
    pub async fn voices(&self) -> Result<Vec<Named>> {
        speech::voices(&Setup::new(&self.inner.config, &self.inner.outbound)).await
    }
}
