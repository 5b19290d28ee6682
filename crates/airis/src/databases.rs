//! `airis migrate`, `airis backup` and `airis restore`: everything at once, into a database or an archive.

use std::path::Path;

use airis_config::{Config, FileStorage, Settings};
use airis_transfer::{Database, Manifest};
use anyhow::{Result, bail};

use crate::cli::{Migrate, Schema};
use crate::import::Bar;
use crate::{boot, out};

/// The database of the environment.
pub fn configured(settings: &Settings) -> Database<'_> {
    Database { url: &settings.database_url, schema: settings.database_schema.as_deref() }
}

pub async fn migrate(config: Config, asked: Migrate) -> Result<()> {
    let settings = config.settings();
    match (asked.command, asked.from, asked.to) {
        (Some(Schema::Status { json }), ..) => status(settings, json).await,
        (Some(Schema::Up), ..) => up(settings).await,
        (None, Some(from), Some(to)) => {
            let schema = settings.database_schema.as_deref();
            let mut bar = Bar::default();
            let moved = airis_transfer::move_all(
                Database { url: &from, schema },
                Database { url: &to, schema },
                &mut |table, done, total| bar.tell(table, done, total),
            )
            .await;
            bar.clear();
            let moved = moved?;
            if asked.json {
                return out::line(&serde_json::to_string_pretty(&moved)?);
            }
            let rows: u64 = moved.tables.iter().map(|table| table.rows).sum();
            out::line(&format!(
                "moved {rows} rows of {} tables; every table was compared and is the same on both sides\n\
                 set DATABASE_URL to the new address and start the server; uploads stay where they are",
                moved.tables.len()
            ))
        }
        _ => bail!("say --from and --to, or one of the commands status and up; --help has examples"),
    }
}

async fn status(settings: &Settings, json: bool) -> Result<()> {
    let known = airis_transfer::migrations(configured(settings)).await?;
    if json {
        return out::line(&serde_json::to_string_pretty(&known)?);
    }
    let head = ["NUMBER", "NAME", "STATE"].map(str::to_owned).to_vec();
    let row = |one: &airis_transfer::Migration| {
        let state = if one.applied_at.is_some() { "applied" } else { "missing" };
        vec![one.version.to_string(), one.name.clone(), state.to_owned()]
    };
    let rows: Vec<_> = std::iter::once(head).chain(known.iter().map(row)).collect();
    out::line(&out::table(&rows))
}

async fn up(settings: &Settings) -> Result<()> {
    let missing = |known: &[airis_transfer::Migration]| known.iter().filter(|one| one.applied_at.is_none()).count();
    boot::data_folder(&settings.data_dir)?;
    let before = missing(&airis_transfer::migrations(configured(settings)).await?);
    // Asked for by name, whatever ENABLE_DB_MIGRATIONS says of servers.
    let mut settings = settings.clone();
    settings.enable_db_migrations = true;
    boot::open_store(&settings).await?.close().await;
    out::line(&match before {
        0 => "nothing was missing".to_owned(),
        1 => "applied 1 change".to_owned(),
        count => format!("applied {count} changes"),
    })
}

pub async fn back_up(config: Config, file: &Path, json: bool) -> Result<()> {
    let settings = config.settings();
    let mut bar = Bar::default();
    let made = airis_transfer::back_up(configured(settings), &settings.data_dir, file, &mut |what, done, total| {
        bar.tell(what, done, total);
    })
    .await;
    bar.clear();
    let made = made?;
    if !matches!(settings.file_storage, FileStorage::Local) {
        out::say(
            "uploads lie elsewhere (STORAGE_PROVIDER or EFS_MOUNT_PATH): they are not in the archive and are kept safe there",
        );
    }
    if json {
        return out::line(&serde_json::to_string_pretty(&made)?);
    }
    let size = std::fs::metadata(file)?.len();
    out::line(&format!("wrote {}, {}: {}", file.display(), out::size(size), told(&made)))
}

pub async fn restore(config: Config, file: &Path, force: bool, json: bool) -> Result<()> {
    let settings = config.settings();
    boot::data_folder(&settings.data_dir)?;
    let mut bar = Bar::default();
    let database = configured(settings);
    let restored = airis_transfer::restore(database, &settings.data_dir, file, force, &mut |what, done, total| {
        bar.tell(what, done, total);
    })
    .await;
    bar.clear();
    let (manifest, notes) = restored?;
    for note in &notes {
        out::say(note);
    }
    if json {
        return out::line(&serde_json::to_string_pretty(&manifest)?);
    }
    out::line(&format!("brought back {}", told(&manifest)))
}

fn told(manifest: &Manifest) -> String {
    let rows: u64 = manifest.tables.iter().map(|table| table.rows).sum();
    let uploads = manifest.entries.iter().filter(|entry| entry.path.starts_with("uploads/")).count();
    format!("{rows} rows, {uploads} uploaded files")
}
