//! What people write behind the `?` of a PostgreSQL address for other drivers, in the words of ours.

/// The address for our driver, and whether a pooler that hands out connections per transaction stands in between: said by
/// `pgbouncer=true`, or by turning prepared statements off as other drivers need it there (`prepared_statement_cache_size=0`,
/// `statement_cache_size=0`, `statement-cache-capacity=0`, `prepare_threshold=None`).
pub fn read(url: &str) -> (String, bool) {
    let Some((address, query)) = url.split_once('?') else { return (url.to_owned(), false) };
    let mut pooled = false;
    let mut kept: Vec<String> = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        match name {
            "pgbouncer" => pooled |= value.eq_ignore_ascii_case("true") || value == "1",
            "prepared_statement_cache_size" | "statement_cache_size" | "statement-cache-capacity" => {
                pooled |= value == "0"
            }
            "prepare_threshold" => pooled |= value.eq_ignore_ascii_case("none"),
            // The spelling of asyncpg; `true` is what people try.
            "ssl" => {
                kept.push(format!("sslmode={}", if value.eq_ignore_ascii_case("true") { "require" } else { value }))
            }
            _ => kept.push(pair.to_owned()),
        }
    }
    let url = if kept.is_empty() { address.to_owned() } else { format!("{address}?{}", kept.join("&")) };
    (url, pooled)
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn the_words_of_other_drivers_are_understood() {
        let plain = "postgresql://u:p@h/d";
        for (query, kept, pooled) in [
            ("", "", false),
            ("?sslmode=require", "?sslmode=require", false),
            ("?ssl=require&application_name=x", "?sslmode=require&application_name=x", false),
            ("?ssl=true", "?sslmode=require", false),
            ("?pgbouncer=true&sslmode=disable", "?sslmode=disable", true),
            ("?prepared_statement_cache_size=0", "", true),
            ("?statement_cache_size=100", "", false),
            ("?prepare_threshold=None", "", true),
        ] {
            assert_eq!(read(&format!("{plain}{query}")), (format!("{plain}{kept}"), pooled), "{query}");
        }
    }
}
