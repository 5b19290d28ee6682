//! Groups that no provider changes: by name, by a pattern with `*` and `?`, or by a regular expression.

use regex::Regex;

/// What the operator wrote.
pub(super) struct Blocked {
    names: Vec<String>,
    patterns: Vec<Regex>,
}

impl Blocked {
    /// Reads a JSON list; what is none blocks nothing.
    pub(super) fn read(list: &str) -> Self {
        let names: Vec<String> = serde_json::from_str(list).unwrap_or_default();
        let wild = |name: &String| regex::escape(name).replace(r"\*", ".*").replace(r"\?", ".");
        let expressions = names.iter().map(wild).chain(names.iter().cloned());
        let patterns = expressions.filter_map(|text| Regex::new(&format!("^(?s:{text})$")).ok()).collect();
        Self { names, patterns }
    }

    pub(super) fn has(&self, group: &str) -> bool {
        self.names.iter().any(|name| name == group) || self.patterns.iter().any(|pattern| pattern.is_match(group))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_blocked_by_name_wildcard_and_expression() {
        let blocked = Blocked::read(r#"["Staff", "team-*", "^ops-[0-9]+$", "a?c", "(", "x|y"]"#);
        for held in ["Staff", "team-", "team-red", "ops-12", "abc", "(", "x", "y"] {
            assert!(blocked.has(held), "{held}");
        }
        for free in ["staff", "Staff 2", "my team-red", "ops-", "ac2", "xy", ""] {
            assert!(!blocked.has(free), "{free}");
        }
        assert!(!Blocked::read("nonsense").has("nonsense"));
    }
}
