//! The environment of the process with the `.env` file beneath it. The only place that reads it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// Variables as the process sees them; what is exported wins over the file.
#[derive(Clone, Default)]
pub struct Environment {
    file: HashMap<String, String>,
    path: Option<PathBuf>,
}

impl Environment {
    /// Reads `.env` in the working folder if there is one.
    pub fn load() -> Result<Self> {
        let path = Path::new(".env");
        match std::fs::read_to_string(path) {
            Ok(text) => Ok(Self { file: parse(&text)?, path: Some(std::path::absolute(path)?) }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error).context("the file .env cannot be read"),
        }
    }

    /// A variable, from the process or the file.
    pub fn get(&self, name: &str) -> Option<String> {
        std::env::var(name).ok().or_else(|| self.file.get(name).cloned())
    }

    /// Whether a variable comes from the file.
    pub fn is_from_file(&self, name: &str) -> bool {
        std::env::var_os(name).is_none() && self.file.contains_key(name)
    }

    /// Where the file is, if there is one.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Names in the file that airis does not read: most are misspelt. Sorted.
    pub fn unknown(&self) -> Vec<&str> {
        let mut names: Vec<&str> =
            self.file.keys().map(String::as_str).filter(|name| !airis_config::is_known(name)).collect();
        names.sort_unstable();
        names
    }
}

/// The page about environment variables (`docs/environment.md`).
pub fn page() -> String {
    format!("# Environment variables\n\n{}", airis_config::docs_markdown())
}

/// Lines of `NAME=value`: `export` before and `#` behind are dropped, quotes taken off, `\n` known inside double quotes.
fn parse(text: &str) -> Result<HashMap<String, String>> {
    let mut variables = HashMap::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let line = line.strip_prefix("export ").unwrap_or(line);
        let Some((name, value)) = line.split_once('=') else {
            bail!(".env line {}: there is no = in \"{line}\"; write NAME=value", number + 1);
        };
        variables.insert(name.trim().to_owned(), plain(value.trim()));
    }
    Ok(variables)
}

fn plain(value: &str) -> String {
    if let Some(inner) = quoted(value, '"') {
        return inner.replace("\\n", "\n").replace("\\\"", "\"").replace("\\\\", "\\");
    }
    if let Some(inner) = quoted(value, '\'') {
        return inner.to_owned();
    }
    // A # begins a comment only behind a blank: it may be part of a password.
    let end = value.find(" #").unwrap_or(value.len());
    value[..end].trim_end().to_owned()
}

/// What is between a quote and its last counterpart.
fn quoted(value: &str, quote: char) -> Option<&str> {
    let rest = value.strip_prefix(quote)?;
    let end = rest.rfind(quote)?;
    Some(&rest[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_as_shells_write_it() -> Result<()> {
        let variables = parse(
            "# a comment\n\nPORT=9000\nexport HOST = ::1\nA=\"two\\nlines\" # note\nB='as # is'\nC=pass#word # note\nD=\n",
        )?;
        let get = |name: &str| variables.get(name).map(String::as_str);
        assert_eq!(get("PORT"), Some("9000"));
        assert_eq!(get("HOST"), Some("::1"));
        assert_eq!(get("A"), Some("two\nlines"));
        assert_eq!(get("B"), Some("as # is"));
        assert_eq!(get("C"), Some("pass#word"));
        assert_eq!(get("D"), Some(""));
        Ok(())
    }

    #[test]
    fn a_line_without_a_value_is_named() {
        let problem = parse("A=1\nnonsense\n").map_err(|error| error.to_string());
        assert_eq!(problem.err().as_deref(), Some(".env line 2: there is no = in \"nonsense\"; write NAME=value"));
    }
}
