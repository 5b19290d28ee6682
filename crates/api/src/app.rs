//! What every handler may reach.

use std::sync::Arc;
use std::time::Instant;

use airis_budgets::Budgets;
use airis_bus::Bus;
use airis_config::Config;
use airis_files::Files;
use airis_identity::Sessions;
use airis_media::Images;
use airis_media::audio::Audio;
use airis_memory::Memories;
use airis_outbound::Outbound;
use airis_providers::Providers;
use airis_realtime::Realtime;
use airis_retrieval::Retrieval;
use airis_store::Store;
use airis_tools::servers::ToolServers;
use airis_turns::Turns;

use crate::happenings::Happenings;
use crate::terminals::Relays;

/// Shared state of the server; cheap to clone.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

/// The rooms behind the handlers.
pub struct Inner {
    pub store: Store,
    pub bus: Bus,
    /// The same that the providers count with.
    pub budgets: Budgets,
    pub config: Arc<Config>,
    pub files: Files,
    /// What takes the text from files and finds it again; the same that turns ask.
    pub retrieval: Retrieval,
    pub providers: Providers,
    pub memories: Memories,
    /// What makes pictures; the same that turns ask.
    pub images: Images,
    /// What speaks and hears.
    pub audio: Audio,
    /// Calls to servers that are no providers.
    pub outbound: Outbound,
    pub turns: Turns,
    /// The same that turns call.
    pub tools: ToolServers,
    pub sessions: Sessions,
    pub realtime: Realtime,
    /// What happened and is not told yet.
    pub(crate) happenings: Happenings,
    /// Sockets of terminals.
    pub(crate) relays: Relays,
    /// Name of this instance among others.
    pub instance: String,
    pub started: Instant,
}

impl App {
    /// Puts the rooms together.
    #[expect(clippy::too_many_arguments, reason = "one per room; a builder would only hide a forgotten one")]
    pub fn new(
        store: Store,
        bus: Bus,
        config: Arc<Config>,
        files: Files,
        providers: Providers,
        retrieval: Retrieval,
        turns: Turns,
        tools: ToolServers,
        sessions: Sessions,
        realtime: Realtime,
        instance: String,
    ) -> Self {
        let started = Instant::now();
        let budgets = providers.budgets().cloned().unwrap_or_else(|| Budgets::new(store.clone()));
        let memories = Memories::new(store.clone(), providers.clone(), config.clone());
        let images = turns.images().clone();
        let audio = Audio::new(store.clone(), config.clone(), &config.settings().data_dir.join("cache"));
        Self {
            inner: Arc::new(Inner {
                store,
                bus,
                budgets,
                config,
                files,
                providers,
                retrieval,
                memories,
                images,
                audio,
                outbound: Outbound::new(),
                turns,
                tools,
                sessions,
                realtime,
                happenings: Happenings::new(),
                relays: Relays::default(),
                instance,
                started,
            }),
        }
    }
}

impl std::ops::Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.inner
    }
}
