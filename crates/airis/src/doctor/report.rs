//! The doctor's report: for people in colour, for machines as JSON.

use std::io::IsTerminal;

use airis_config::{Source, Standing};
use anyhow::Result;
use serde_json::json;

use crate::environment::Environment;
use crate::out;

/// How a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Well,
    /// Works, but somebody should know.
    Odd,
    Failed,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Well => "ok",
            Self::Odd => "warn",
            Self::Failed => "fail",
        }
    }

    fn colour(self) -> &'static str {
        match self {
            Self::Well => "\x1b[32m",
            Self::Odd => "\x1b[33m",
            Self::Failed => "\x1b[31m",
        }
    }
}

/// One thing that was looked at, with what was seen and what to do.
#[derive(Debug)]
pub struct Check {
    pub name: String,
    pub state: State,
    pub text: String,
}

impl Check {
    pub fn well(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), state: State::Well, text: text.into() }
    }

    pub fn odd(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), state: State::Odd, text: text.into() }
    }

    pub fn failed(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), state: State::Failed, text: text.into() }
    }
}

/// All checks and the whole configuration.
pub struct Report<'a> {
    environment: &'a Environment,
    variables: Vec<Standing>,
    checks: Vec<Check>,
}

impl<'a> Report<'a> {
    pub fn new(environment: &'a Environment) -> Self {
        let variables = airis_config::standing(&|name| environment.get(name));
        Self { environment, variables, checks: Vec::new() }
    }

    pub fn add(&mut self, check: Check) {
        self.checks.push(check);
    }

    pub fn extend(&mut self, checks: impl IntoIterator<Item = Check>) {
        self.checks.extend(checks);
    }

    pub fn is_well(&self) -> bool {
        self.checks.iter().all(|check| check.state != State::Failed)
    }

    pub fn print(&self, as_json: bool) -> Result<()> {
        if as_json {
            return out::line(&serde_json::to_string_pretty(&self.json())?);
        }
        let coloured = std::io::stdout().is_terminal();
        out::line(&format!(
            "airis {}\n\nConfigured (everything else has its default; `airis env` lists all)",
            env!("CARGO_PKG_VERSION")
        ))?;
        out::line(&self.configured())?;
        out::line("\nChecked")?;
        for check in &self.checks {
            let word = format!("{:<4}", check.state.word());
            let word = if coloured { format!("{}{word}\x1b[0m", check.state.colour()) } else { word };
            out::line(&format!("  {word}  {}: {}", check.name, check.text))?;
        }
        let failed = self.checks.iter().filter(|check| check.state == State::Failed).count();
        out::line(&match failed {
            0 => "\nEverything needed is there.".to_owned(),
            1 => "\nOne thing needs attention.".to_owned(),
            count => format!("\n{count} things need attention."),
        })
    }

    fn configured(&self) -> String {
        let rows: Vec<Vec<String>> = self
            .variables
            .iter()
            .filter(|one| one.source != Source::Default)
            .map(|one| vec![format!("  {}", one.name), one.value.clone(), format!("({})", self.source(one))])
            .collect();
        if rows.is_empty() { "  nothing".to_owned() } else { out::table(&rows) }
    }

    fn source(&self, one: &Standing) -> String {
        let file = |name| if self.environment.is_from_file(name) { ".env" } else { "environment" };
        match one.source {
            Source::Environment => file(one.name).to_owned(),
            Source::Fallback(name) => format!("{} {name}", file(name)),
            Source::Default => "default".to_owned(),
        }
    }

    fn json(&self) -> serde_json::Value {
        let variable =
            |one: &Standing| json!({"name": one.name, "value": one.value, "source": self.source(one), "key": one.key});
        let check = |one: &Check| json!({"name": one.name, "state": one.state.word(), "text": one.text});
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "well": self.is_well(),
            "checks": self.checks.iter().map(check).collect::<Vec<_>>(),
            "variables": self.variables.iter().map(variable).collect::<Vec<_>>(),
        })
    }
}
