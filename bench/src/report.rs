//! The table: one line a row, one column a server, how many times better airis is, and the budget.

use std::fmt::Write;

/// Budgets of the product, by row.
const BUDGETS: [(&str, f64); 8] = [
    ("start to first 200 on /health, fresh data (airis: median of 5)", 150.0),
    ("idle memory, one account", 40.0),
    ("binary with client", 60.0),
    ("API streams, 128 at once: added first-token latency p50", 1.0),
    ("API streams, 128 at once: added first-token latency p99", 5.0),
    ("memory per idle signed-in socket", 12.0),
    ("append to a 40 MB chat / append to a 10 KB chat", 1.2),
    ("pages of a PDF of 300 read a second on one core", 100.0),
];

struct Row {
    name: String,
    unit: &'static str,
    values: Vec<(String, f64)>,
}

/// Rows in the order they were measured.
pub struct Report {
    rows: Vec<Row>,
}

impl Report {
    pub fn new() -> Self {
        Self { rows: Vec::new() }
    }

    /// Adds one measurement; the same row of another server goes beside it.
    pub fn add(&mut self, server: &str, row: &str, value: f64, unit: &'static str) {
        eprintln!("{server}: {row}: {value:.2} {unit}");
        match self.rows.iter_mut().find(|known| known.name == row) {
            Some(known) => known.values.push((server.to_owned(), value)),
            None => self.rows.push(Row { name: row.to_owned(), unit, values: vec![(server.to_owned(), value)] }),
        }
    }

    /// The table in Markdown.
    pub fn table(&self) -> String {
        let mut text = String::from(
            "| what | unit | airis | reference | airis better by | budget | met |\n|---|---|---|---|---|---|---|\n",
        );
        for row in &self.rows {
            let value = |server: &str| row.values.iter().find(|(name, _)| name == server).map(|(_, value)| *value);
            let (ours, theirs) = (value("airis"), value("reference"));
            let show = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.2}"));
            // More a second is better, less of anything else.
            let more = row.unit == "1/s";
            let better = |(ours, theirs): (f64, f64)| if more { ours / theirs } else { theirs / ours };
            let ratio = ours.zip(theirs).map(better);
            let budget =
                BUDGETS.iter().find(|(name, _)| *name == row.name).map(|(_, limit)| *limit).or(extra_budget(&row.name));
            let met = match (ours, budget) {
                (Some(ours), Some(budget)) if (more && ours >= budget) || (!more && ours <= budget) => "yes",
                (Some(_), Some(_)) => "no",
                _ => "-",
            };
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {} | {} | {met} |",
                row.name,
                row.unit,
                show(ours),
                show(theirs),
                show(ratio),
                show(budget)
            );
        }
        text
    }
}

/// Budgets of rows whose name carries the size of the load.
fn extra_budget(row: &str) -> Option<f64> {
    if row.starts_with("web-client delivery, 1000") {
        return row.ends_with("p99").then_some(50.0);
    }
    (row.contains("chat list page") && row.ends_with("p99")).then_some(20.0)
}

/// The value below which `share` (0 to 1) of the samples lie; sorts them. NaN when there are none.
pub fn percentile(samples: &mut [f64], share: f64) -> f64 {
    samples.sort_by(f64::total_cmp);
    let last = samples.len().saturating_sub(1);
    samples.get((last as f64 * share).round() as usize).copied().unwrap_or(f64::NAN)
}
