//! `airis serve`: boot, listen, recover what a crash left behind, and a graceful end.

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use airis_api::App;
use airis_config::{Config, Trusted};
use anyhow::{Result, bail};
use axum::serve::ListenerExt;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout_at};

use crate::boot::{Booted, boot};
use crate::cli::Serve;
use crate::stop::Signals;
use crate::{listen, out};

/// What answers get after sockets are closed, even when the grace period is used up.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

/// How long whoever spreads requests may take to notice that this instance is not ready any more.
const NOTICED: Duration = Duration::from_secs(2);

/// What the last traces, metrics and lines get to reach their collector.
const LAST_EXPORT: Duration = Duration::from_secs(3);

/// Between two pieces of work that nobody waits for, and after one that failed.
const PAUSE: Duration = Duration::from_millis(20);
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(10);

/// Serves until a signal; then lets running replies finish.
pub async fn run(config: Config, given: Serve) -> Result<()> {
    let config = Arc::new(config);
    let settings = config.settings().clone();
    let mut telemetry = airis_telemetry::init(&settings.log_level, settings.log_json, settings.otel.as_ref())?;
    let mut signals = Signals::listen()?;
    let host = given.host.unwrap_or(settings.host);
    let listener = listen::listen(&host, given.port.unwrap_or(settings.port)).await?;
    let address = listener.local_addr()?;

    let Booted { app, lock } = boot(config).await?;
    let measured = app.clone();
    telemetry.measure(move || airis_api::numbers(&measured));
    let router = airis_api::build_router(app.clone()).layer(app.realtime.layer());
    // Tokens are small writes; waiting to fill a packet would hold each back.
    let listener = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!(%error, "a connection does not send at once");
        }
    });
    let (last_call, close) = oneshot::channel::<()>();
    let mut server = tokio::spawn(async move {
        // An error of the channel means that its owner is gone: close as well.
        let router = router.into_make_service_with_connect_info::<SocketAddr>();
        axum::serve(listener, router).with_graceful_shutdown(async { _ = close.await }).await
    });
    greet(&listen::url(address), &app);
    if settings.trusted == Trusted::Anybody {
        tracing::warn!("AIOHTTP_CLIENT_SESSION_SSL=false: whoever answers in the place of another server is believed");
    }

    let mut background = JoinSet::new();
    background.spawn(recover(app.clone()));
    background.spawn(warm_up(app.clone()));
    background.spawn(read_files(app.clone()));
    background.spawn(airis_api::follow_others(app.clone()));
    background.spawn(airis_api::tell_what_happens(app.clone()));
    background.spawn(airis_api::clear_abandoned_uploads(app.clone()));
    background.spawn(keep_older_texts(app.clone()));
    tokio::select! {
        name = signals.next() => tracing::info!(signal = name, "stopping; running replies may finish"),
        ended = &mut server => bail!("the server stopped listening: {ended:?}"),
    }
    background.spawn(async move {
        signals.next().await;
        out::say("airis: ended at once; unfinished replies go on at the next start");
        std::process::exit(130);
    });
    drain(&app, Duration::from_secs(settings.shutdown_grace), server, last_call).await;
    app.bus.close().await;
    app.store.close().await;
    background.shutdown().await;
    drop(lock);
    tracing::info!("stopped");
    telemetry.finish(LAST_EXPORT).await;
    Ok(())
}

/// Turns first (their last events must still reach the sockets), then sockets, then the answers under way. Where other
/// instances are, sockets go to them first: they hear the rest there.
async fn drain(
    app: &App,
    grace: Duration,
    mut server: tokio::task::JoinHandle<std::io::Result<()>>,
    last_call: oneshot::Sender<()>,
) {
    let end = Instant::now() + grace;
    app.turns.stop_beginning();
    if app.bus.has_peers() {
        sleep(grace.min(NOTICED)).await;
        app.realtime.send_away();
    }
    app.turns.drain(end.saturating_duration_since(Instant::now())).await;
    app.realtime.close().await;
    airis_api::end_terminals(app).await;
    // The receiver is gone only when the server is, too.
    _ = last_call.send(());
    if timeout_at(end.max(Instant::now() + LAST_ANSWERS), &mut server).await.is_err() {
        tracing::warn!("some answers were cut off at the end of the grace period");
        server.abort();
    }
    app.retrieval.stop().await;
    app.budgets.drain().await;
}

/// One line for the person who started it.
fn greet(url: &str, app: &App) {
    let version = env!("CARGO_PKG_VERSION");
    tracing::info!(url, version, database = app.store.kind(), instance = app.instance, "serving");
    if std::io::stderr().is_terminal() && !app.config.settings().log_json {
        out::say(&format!("\n  {} is ready: open {url}\n", app.config.settings().webui_name));
    }
}

/// Takes over what a dead process left. The engine looks for more by itself from then on.
async fn recover(app: App) {
    match app.turns.recover().await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "took over unfinished replies"),
        Err(error) => tracing::error!(%error, "unfinished replies cannot be taken over"),
    }
    // The file of an SQLite database has one server: what others hold of budgets was left behind.
    if app.store.kind() == "sqlite"
        && let Err(error) = app.budgets.free_dead().await
    {
        tracing::warn!(%error, "what a dead process held of budgets lapses in a moment");
    }
}

/// Goes on with files that a dead process was reading, and looks for those of others from then on.
async fn read_files(app: App) {
    airis_api::recover_files(&app).await;
    app.retrieval.watch().await;
}

/// Makes chats searchable that earlier versions stored, in pieces between which others write.
async fn keep_older_texts(app: App) {
    let begun = Instant::now();
    let mut pieces = 0_u32;
    loop {
        match app.store.keep_older_texts().await {
            Ok(true) => pieces += 1,
            Ok(false) => break,
            Err(error) => {
                tracing::warn!(%error, "older chats are made searchable in a moment");
                sleep(PAUSE_AFTER_ERROR).await;
            }
        }
        sleep(PAUSE).await;
    }
    if pieces > 0 {
        tracing::info!(seconds = begun.elapsed().as_secs(), "all older chats can be searched");
    }
}

/// Asks every provider for its models before the first person does.
async fn warm_up(app: App) {
    let models = app.providers.models(false).await;
    tracing::info!(count = models.len(), "models are known");
}
