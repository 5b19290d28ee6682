//! The rules of the repository that no compiler checks.

use std::process::Command;

use crate::repository::{code, root, sources};

/// Rooms from the ground up. A room may know only rooms of a lower floor.
const FLOORS: [&[&str]; 11] = [
    &["bert", "domain", "pdf"],
    &["config", "outbound"],
    &["files", "store", "telemetry", "vector"],
    // Over PostgreSQL, the bus speaks through functions of the store.
    &["bus"],
    &["access", "budgets", "transfer"],
    &["identity", "providers"],
    &["media", "memory", "retrieval", "tools"],
    &["turns"],
    &["realtime"],
    &["api"],
    &["airis"],
];

/// Libraries that only these rooms may know.
const RESERVED: [(&str, &[&str]); 6] = [
    ("axum", &["api", "airis"]),
    ("sqlx", &["store", "transfer", "vector"]),
    ("redis", &["bus", "vector"]),
    ("candle", &["bert", "providers"]),
    ("object_store", &["files"]),
    ("socketioxide", &["realtime"]),
];

/// Rooms that may name a kind of provider: those that speak to it, hand its addresses on, and configure it; those that keep
/// files at a cloud of the same name; and where makers of pictures and search engines of the same names are spoken to.
const MAY_NAME_PROVIDERS: [&str; 8] = [
    "crates/providers/",
    "crates/api/",
    "crates/config/",
    "crates/files/",
    "crates/airis/src/storage.rs",
    "crates/media/src/audio/",
    "crates/media/src/engines/",
    "crates/retrieval/src/web/engines/",
];

fn assert_none(problems: &[String], rule: &str) {
    assert!(problems.is_empty(), "{rule}:\n{}", problems.join("\n"));
}

#[test]
fn no_file_is_too_long_to_be_read() {
    let mut problems = Vec::new();
    for (path, text) in sources(&["rs", "ts", "mjs", "js", "svelte", "py", "sh"]) {
        // Generated from the server's document, read by nobody.
        if path.contains("/generated/") || path.ends_with(".gen.ts") || path.ends_with("schema.d.ts") {
            continue;
        }
        let limit = if path.ends_with(".svelte") { 350 } else { 600 };
        let lines = text.lines().count();
        if lines > limit {
            problems.push(format!("{path}: {lines} lines, at most {limit}"));
        }
    }
    assert_none(&problems, "split a file by reasons to exist");
}

#[test]
fn no_file_has_a_name_that_says_nothing() {
    const EMPTY: [&str; 9] = ["util", "utils", "helper", "helpers", "common", "manager", "misc", "stuff", "shared"];
    let problems: Vec<String> = sources(&["rs", "ts", "mjs", "svelte", "py", "sh"])
        .into_iter()
        .map(|(path, _)| path)
        .filter(|path| path.split(['/', '.']).any(|part| EMPTY.contains(&part.to_lowercase().as_str())))
        .collect();
    assert_none(&problems, "name a file by what is in it");
}

#[test]
fn rooms_know_only_rooms_below_them() {
    let mut problems = Vec::new();
    for (path, text) in sources(&["toml"]) {
        let Some(room) = path.strip_prefix("crates/").and_then(|rest| rest.strip_suffix("/Cargo.toml")) else {
            continue;
        };
        let floor = |name: &str| FLOORS.iter().position(|rooms| rooms.contains(&name));
        let Some(own) = floor(room) else {
            problems.push(format!("{room} stands on no floor: add it to FLOORS and to ARCHITECTURE.md"));
            continue;
        };
        let used = text.split("[dependencies]").nth(1).unwrap_or_default().split("\n[").next().unwrap_or_default();
        for name in used.lines().filter_map(|line| line.split(['.', ' ', '=']).next()) {
            if let Some(other) = name.strip_prefix("airis-")
                && floor(other).is_none_or(|other| other >= own)
            {
                problems.push(format!("{room} may not know {other}"));
            }
            for (library, rooms) in RESERVED {
                if name.starts_with(library) && !rooms.contains(&room) {
                    problems.push(format!("{room} may not know {name}"));
                }
            }
        }
    }
    assert_none(&problems, "arrows point down");
}

#[test]
fn sql_is_written_in_the_stores_only() {
    let mut problems = Vec::new();
    for (path, text) in sources(&["rs"]) {
        let may = path.starts_with("crates/store/")
            || path.starts_with("crates/vector/")
            || path.starts_with("crates/transfer/")
            || path.contains("/tests/")
            || path.starts_with("bench/");
        for (number, line) in code(&text).filter(|_| !may) {
            if ["\"SELECT ", "\"INSERT INTO ", "\"UPDATE ", "\"DELETE FROM "].iter().any(|sql| line.contains(sql)) {
                problems.push(format!("{path}:{number}"));
            }
        }
    }
    assert_none(&problems, "a function of the store does this");
}

#[test]
fn kinds_of_providers_are_named_where_they_are_spoken_to_only() {
    const NAMES: [&str; 5] = ["ollama", "openai", "anthropic", "azure", "llama.cpp"];
    let mut problems = Vec::new();
    for (path, text) in sources(&["rs"]) {
        let elsewhere = path.starts_with("crates/")
            && !path.contains("/tests/")
            && !MAY_NAME_PROVIDERS.iter().any(|room| path.starts_with(room));
        for (number, line) in code(&text).filter(|_| elsewhere) {
            if NAMES.iter().any(|name| line.to_lowercase().contains(name)) {
                problems.push(format!("{path}:{number}: {}", line.trim()));
            }
        }
    }
    assert_none(&problems, "ask a capability of `providers` instead of a name");
}

#[test]
fn the_environment_is_read_in_one_place() {
    let mut problems = Vec::new();
    for (path, text) in sources(&["rs"]) {
        let may = path == "crates/airis/src/environment.rs"
            || path.contains("/tests/")
            || path.ends_with("build.rs")
            || path.starts_with("bench/");
        for (number, line) in code(&text).filter(|_| !may) {
            if line.contains("env::var") || line.contains("env::vars") {
                problems.push(format!("{path}:{number}"));
            }
        }
    }
    assert_none(&problems, "add the variable to the table of `config`, it is documented by that");
}

#[test]
fn nothing_is_left_for_later() {
    // Written in two parts, so that this file does not find itself.
    let marks = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X:"),
        concat!("to", "do!("),
        concat!("unimplement", "ed!("),
    ];
    let mut problems = Vec::new();
    for (path, text) in sources(&["rs", "ts", "mjs", "svelte", "py", "sh", "css"]) {
        for (number, line) in text.lines().enumerate() {
            if marks.iter().any(|mark| line.contains(mark)) {
                problems.push(format!("{path}:{}", number + 1));
            }
        }
    }
    assert_none(&problems, "do it, or leave it out and say so in the documents");
}

#[test]
fn the_page_about_the_environment_is_what_the_table_says() {
    let written = std::fs::read_to_string(root().join("docs/environment.md")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_airis")).arg("env").output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), written, "run `make docs`");
}

#[test]
fn every_document_links_to_files_that_exist() {
    let mut problems = Vec::new();
    // What the benchmark asks about stands apart from what it came from.
    for (path, text) in sources(&["md"]).into_iter().filter(|(path, _)| !path.starts_with("bench/quality/")) {
        let folder = root().join(&path).parent().unwrap().to_owned();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let target = link.split('#').next().unwrap_or_default();
            if !target.is_empty() && !target.contains("://") && !folder.join(target).exists() {
                problems.push(format!("{path}: {target}"));
            }
        }
    }
    assert_none(&problems, "links that lead nowhere");
}

#[test]
fn dashboards_and_alerts_ask_for_numbers_that_are_told() {
    let told: String = sources(&["rs"])
        .into_iter()
        .filter(|(path, _)| path.ends_with("telemetry/src/metrics.rs") || path.ends_with("system/metrics.rs"))
        .map(|(_, text)| text)
        .collect();
    let mut asked = 0;
    let mut problems = Vec::new();
    for (path, text) in sources(&["json", "yaml"]) {
        if !path.starts_with("deploy/grafana/") && !path.starts_with("deploy/prometheus/") {
            continue;
        }
        for name in text.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_') {
            if !["airis_", "http_request_", "process_"].iter().any(|start| name.starts_with(start)) {
                continue;
            }
            asked += 1;
            // What the format adds by itself.
            let ends = ["_bucket", "_sum", "_count", "_total"];
            let name = ends.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
            let named = |name: &str| told.contains(&format!("\"{name}\""));
            if !named(name) && !name.strip_suffix("_seconds").is_some_and(named) {
                problems.push(format!("{path}: {name}"));
            }
        }
    }
    assert!(asked > 10, "no dashboards are looked at");
    assert_none(&problems, "the server tells no such number");
}
