//! `airis import`: moving in from another server.

use std::io::IsTerminal;

use airis_config::Config;
use airis_transfer::{Import, Report};
use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::Import as Asked;
use crate::{boot, out, storage};

/// Reasons that are printed; `--json` has more.
const REASONS: usize = 20;
/// Names of settings that are printed.
const SETTINGS: usize = 8;

pub async fn run(config: Config, asked: Asked) -> Result<()> {
    let settings = config.settings();
    boot::data_folder(&settings.data_dir)?;
    let store = boot::open_store(settings).await?;
    let files = storage::files(settings)?;
    let mut known = config.defaults();
    known.retain(|key, _| config.persists(key));
    let import = Import {
        from: &asked.from,
        uploads: asked.uploads.as_deref(),
        store: &store,
        database_url: &settings.database_url,
        schema: settings.database_schema.as_deref(),
        files: &files,
        settings: &known,
        dry_run: asked.dry_run,
    };
    let mut bar = Bar::default();
    let report = airis_transfer::import(&import, &mut |kind, done, total| bar.tell(kind, done, total)).await;
    bar.clear();
    let report = report?;
    store.close().await;
    if asked.json { out::line(&serde_json::to_string_pretty(&report)?) } else { out::line(&written(&report)) }
}

/// How far a command is, told to whoever sits at the terminal; one line per kind where nobody does.
#[derive(Default)]
pub struct Bar {
    shown: Option<(String, ProgressBar)>,
}

impl Bar {
    pub fn tell(&mut self, kind: &str, done: u64, total: u64) {
        if !std::io::stderr().is_terminal() {
            if done == total {
                out::say(&format!("{kind}: {done}"));
            }
            return;
        }
        if self.shown.as_ref().is_none_or(|(shown, _)| shown != kind) {
            self.clear();
            let style = ProgressStyle::with_template("{msg:24} {bar:32} {pos} of {len}, {eta} left");
            let bar = ProgressBar::new(total).with_message(kind.to_owned());
            let bar = bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            self.shown = Some((kind.to_owned(), bar));
        }
        if let Some((_, bar)) = &self.shown {
            bar.set_position(done);
        }
    }

    /// Takes the bar away.
    pub fn clear(&mut self) {
        if let Some((_, bar)) = self.shown.take() {
            bar.finish_and_clear();
        }
    }
}

fn written(report: &Report) -> String {
    let came = if report.dry_run { "WOULD COME" } else { "CAME" };
    let head = ["WHAT", came, "WAS HERE", "STAYED BEHIND"].map(str::to_owned).to_vec();
    let rows: Vec<_> = std::iter::once(head)
        .chain(report.kinds.iter().map(|kind| {
            vec![kind.kind.clone(), kind.brought.to_string(), kind.known.to_string(), kind.skipped.to_string()]
        }))
        .collect();
    let mut lines = vec![out::table(&rows)];
    if !report.skipped.is_empty() {
        lines.push("\nStayed behind:".to_owned());
        let reasons = report.skipped.iter().take(REASONS);
        lines.extend(reasons.map(|one| format!("  {} {}: {}", one.kind, one.id, one.reason)));
        let more = report.kinds.iter().map(|kind| kind.skipped).sum::<u64>().saturating_sub(REASONS as u64);
        if more > 0 {
            lines.push(format!("  and {more} more, which --json lists"));
        }
    }
    if !report.settings_left_out.is_empty() {
        let shown = report.settings_left_out.iter().take(SETTINGS).cloned().collect::<Vec<_>>().join(", ");
        let more = match report.settings_left_out.len().saturating_sub(SETTINGS) {
            0 => String::new(),
            more => format!(" and {more} more, which --json lists"),
        };
        lines.push(format!("\nSettings that are not taken over: {shown}{more}"));
    }
    if !report.tables_left_out.is_empty() {
        let tables = report.tables_left_out.iter().map(|(table, rows)| format!("{table} ({rows})"));
        lines.push(format!("\nNot taken over yet: {}", tables.collect::<Vec<_>>().join(", ")));
    }
    lines.extend(report.notes.iter().map(|note| format!("\n{note}")));
    if report.dry_run {
        lines.push("\nNothing was written.".to_owned());
    }
    lines.join("\n")
}
