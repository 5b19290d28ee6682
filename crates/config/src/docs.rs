//! The table as a page for people.

use std::fmt::Write;

use crate::table;
use crate::table::permissions::SWITCHES;

/// Every variable in Markdown, by area: name, kind, default, and whether an administrator can change it while running.
pub fn docs_markdown() -> String {
    let mut page = String::from(
        "Variables are read once at start. Where *kept* is yes, the value only seeds a setting that administrators change\n\
         while the server runs; the stored value wins from then on (unless `ENABLE_PERSISTENT_CONFIG=false`).\n",
    );
    for (heading, variables) in table::AREAS {
        _ = write!(
            page,
            "\n### {heading}\n\n| Variable | Kind | Default | Kept | Meaning |\n| --- | --- | --- | --- | --- |\n"
        );
        for variable in *variables {
            let default = if variable.default.is_empty() { String::new() } else { format!("`{}`", variable.default) };
            let kept = if variable.key.is_some() { "yes" } else { "" };
            let doc = variable.doc.replace('|', "\\|");
            _ = writeln!(page, "| `{}` | {} | {default} | {kept} | {doc} |", variable.name, variable.kind.word());
        }
    }
    page.push_str("\n### Permissions of everybody\n\n| Variable | Default | Permission |\n| --- | --- | --- |\n");
    for (name, path, default) in SWITCHES {
        _ = writeln!(page, "| `{name}` | `{default}` | `{path}` |");
    }
    page
}
