//! One environment variable: how it is written, what it means without being set, and where it persists.

use airis_domain::Json;
use serde_json::json;

use crate::ConfigError;

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `true` in any case; anything else is false.
    Flag,
    Text,
    Int,
    Float,
    /// Items between this character.
    List(char),
    Json,
}

impl Kind {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Flag => "true or false",
            Self::Text => "text",
            Self::Int => "whole number",
            Self::Float => "number",
            Self::List(',') => "list, comma between",
            Self::List(_) => "list, semicolon between",
            Self::Json => "JSON",
        }
    }
}

/// An entry of the table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Variable {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// As it would be written.
    pub(crate) default: &'static str,
    /// Read when this variable is not set (older names, more general settings).
    pub(crate) fallback: Option<&'static str>,
    /// Where the value lives in the store once the server has started.
    pub(crate) key: Option<&'static str>,
    /// Whether an empty value persists as null instead of empty text.
    pub(crate) nullable: bool,
    pub(crate) doc: &'static str,
}

const fn variable(name: &'static str, kind: Kind, default: &'static str) -> Variable {
    Variable { name, kind, default, fallback: None, key: None, nullable: false, doc: "" }
}

pub(crate) const fn flag(name: &'static str, default: bool) -> Variable {
    variable(name, Kind::Flag, if default { "true" } else { "false" })
}

pub(crate) const fn text(name: &'static str, default: &'static str) -> Variable {
    variable(name, Kind::Text, default)
}

pub(crate) const fn int(name: &'static str, default: &'static str) -> Variable {
    variable(name, Kind::Int, default)
}

pub(crate) const fn float(name: &'static str, default: &'static str) -> Variable {
    variable(name, Kind::Float, default)
}

pub(crate) const fn list(name: &'static str, separator: char, default: &'static str) -> Variable {
    variable(name, Kind::List(separator), default)
}

pub(crate) const fn json(name: &'static str, default: &'static str) -> Variable {
    variable(name, Kind::Json, default)
}

impl Variable {
    pub(crate) const fn or(mut self, fallback: &'static str) -> Self {
        self.fallback = Some(fallback);
        self
    }

    pub(crate) const fn key(mut self, key: &'static str) -> Self {
        self.key = Some(key);
        self
    }

    pub(crate) const fn nullable(mut self) -> Self {
        self.nullable = true;
        self
    }

    pub(crate) const fn doc(mut self, doc: &'static str) -> Self {
        self.doc = doc;
        self
    }

    /// The value from the environment, or the default; says what is wrong with a value that cannot be read.
    pub(crate) fn read(&self, env: &dyn Fn(&str) -> Option<String>) -> Result<Json, ConfigError> {
        let given = env(self.name).or_else(|| self.fallback.and_then(env));
        // An empty number, list or JSON is as good as none; an empty text may be meant.
        let given = given.filter(|text| !text.trim().is_empty() || matches!(self.kind, Kind::Text | Kind::Flag));
        self.parse(given.as_deref().unwrap_or(self.default))
    }

    fn parse(&self, text: &str) -> Result<Json, ConfigError> {
        let trimmed = text.trim();
        let empty = || if self.nullable || self.key.is_none() { Json::Null } else { json!("") };
        Ok(match self.kind {
            Kind::Flag => json!(trimmed.eq_ignore_ascii_case("true")),
            Kind::Text if text.is_empty() && self.nullable => Json::Null,
            Kind::Text => json!(text),
            Kind::Int | Kind::Float | Kind::Json if trimmed.is_empty() => match self.kind {
                Kind::Json => Json::Null,
                _ => empty(),
            },
            Kind::Int => json!(trimmed.parse::<i64>().map_err(|_| self.wrong(text, "a whole number"))?),
            Kind::Float => json!(trimmed.parse::<f64>().map_err(|_| self.wrong(text, "a number"))?),
            Kind::List(_) if trimmed.is_empty() && self.nullable => Json::Null,
            Kind::List(separator) => {
                json!(trimmed.split(separator).map(str::trim).filter(|item| !item.is_empty()).collect::<Vec<_>>())
            }
            Kind::Json => serde_json::from_str(trimmed).map_err(|_| self.wrong(text, "JSON"))?,
        })
    }

    fn wrong(&self, text: &str, wanted: &str) -> ConfigError {
        ConfigError { variable: self.name.to_owned(), problem: format!("\"{text}\" is not {wanted}") }
    }
}
