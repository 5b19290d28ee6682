//! Lists of hosts that administrators let in or keep out.

/// Whether a list lets a host in. Entries count with their subdomains; one that begins with `!` keeps out, whatever else
/// lets in; without others, everything else is let in.
pub fn lets_in(list: &[String], host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let (mut chosen, mut fits) = (false, false);
    for entry in list.iter().map(|entry| entry.trim()).filter(|entry| !entry.is_empty()) {
        match entry.strip_prefix('!') {
            Some(out) if covers(out, &host) => return false,
            Some(_) => {}
            None => {
                chosen = true;
                fits |= covers(entry, &host);
            }
        }
    }
    fits || !chosen
}

/// Whether a host is this one or below it. People write addresses and stars, too.
fn covers(entry: &str, host: &str) -> bool {
    let entry = entry.rsplit("://").next().unwrap_or_default().split(['/', ':']).next().unwrap_or_default();
    let entry = entry.trim_start_matches("*.").trim_matches('.').to_ascii_lowercase();
    !entry.is_empty()
        && host.strip_suffix(entry.as_str()).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_count_with_their_subdomains_and_keeping_out_wins() {
        let list = |entries: &[&str]| entries.iter().map(|entry| (*entry).to_owned()).collect::<Vec<_>>();
        for (entries, host, fits) in [
            (&[] as &[&str], "a.example", true),
            (&["a.example"], "a.example", true),
            (&["a.example"], "WWW.A.Example.", true),
            (&["a.example"], "bada.example", false),
            (&["a.example", "b.example"], "c.example", false),
            (&["!a.example"], "b.example", true),
            (&["!a.example"], "x.a.example", false),
            (&["example", "!a.example"], "a.example", false),
            (&["example", "!a.example"], "b.example", true),
            (&["https://a.example/path", "*.b.example"], "a.example", true),
            (&["https://a.example/path", "*.b.example"], "x.b.example", true),
            (&[" ", "!"], "a.example", true),
        ] {
            assert_eq!(lets_in(&list(entries), host), fits, "{entries:?} {host}");
        }
    }
}
