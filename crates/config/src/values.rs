//! The environment, read through the table: one JSON value per variable.

use std::collections::HashMap;

use airis_domain::Json;

use crate::{ConfigError, table};

/// Values by variable name.
pub(crate) struct Values(HashMap<&'static str, Json>);

impl Values {
    /// Reads every variable of the table; fails on the first wrong one.
    pub(crate) fn read(env: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let pairs = table::all().map(|variable| Ok((variable.name, variable.read(env)?)));
        Ok(Self(pairs.collect::<Result<_, ConfigError>>()?))
    }

    pub(crate) fn json(&self, name: &str) -> Json {
        debug_assert!(table::find(name).is_some(), "{name} is not in the table");
        self.0.get(name).cloned().unwrap_or_default()
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.json(name).as_bool().unwrap_or(false)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        self.json(name).as_str().map(str::to_owned).unwrap_or_default()
    }

    /// A text, `None` when it is empty.
    pub(crate) fn filled(&self, name: &str) -> Option<String> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    pub(crate) fn list(&self, name: &str) -> Vec<String> {
        let value = self.json(name);
        value.as_array().into_iter().flatten().filter_map(|item| item.as_str().map(str::to_owned)).collect()
    }

    /// A whole number that fits `T`; `None` when it is not set.
    pub(crate) fn number<T: TryFrom<i64>>(&self, name: &str) -> Result<Option<T>, ConfigError> {
        let Some(number) = self.json(name).as_i64() else { return Ok(None) };
        T::try_from(number).map(Some).map_err(|_| wrong(name, format!("{number} is out of range")))
    }

    /// A whole number that has a default.
    pub(crate) fn required<T: TryFrom<i64>>(&self, name: &str) -> Result<T, ConfigError> {
        self.number(name)?.ok_or_else(|| wrong(name, "a number is missing"))
    }

    /// A duration in seconds, fractions dropped.
    pub(crate) fn seconds(&self, name: &str) -> i64 {
        #[expect(clippy::cast_possible_truncation, reason = "a number of seconds")]
        self.json(name).as_f64().map_or(0, |seconds| seconds as i64)
    }

    /// A text out of a few.
    pub(crate) fn one_of(&self, name: &str, choices: &[&str]) -> Result<String, ConfigError> {
        let text = self.text(name).to_lowercase();
        if choices.contains(&text.as_str()) {
            return Ok(text);
        }
        Err(wrong(name, format!("\"{text}\" is not one of {}", choices.join(", "))))
    }
}

/// A problem with one variable.
pub(crate) fn wrong(variable: &str, problem: impl Into<String>) -> ConfigError {
    ConfigError { variable: variable.to_owned(), problem: problem.into() }
}
