//! Reading what a directory says of a person.

use ldap3::SearchEntry;

/// The least value of an attribute that is not empty: values have no order, and somebody with two addresses has to be
/// the same person each time.
pub(super) fn first(entry: &SearchEntry, attribute: &str) -> Option<String> {
    let known = values(entry, attribute).filter(|value| !value.trim().is_empty());
    known.min_by_key(|value| value.to_lowercase()).map(str::to_owned)
}

/// All values of an attribute; names of attributes have no case.
pub(super) fn values<'a>(entry: &'a SearchEntry, attribute: &str) -> impl Iterator<Item = &'a str> {
    let same = entry.attrs.iter().find(|(name, _)| name.eq_ignore_ascii_case(attribute));
    same.into_iter().flat_map(|(_, values)| values).map(String::as_str)
}

/// The `cn` that a distinguished name begins with (RFC 4514), its escapes undone.
pub(super) fn common_name(name: &str) -> Option<String> {
    let (attribute, rest) = name.split_once('=')?;
    if !attribute.trim().eq_ignore_ascii_case("cn") {
        return None;
    }
    let mut bytes = Vec::new();
    let mut kept = 0;
    let mut signs = rest.trim_start().bytes().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            b',' | b'+' => break,
            b'\\' => {
                let next = signs.next()?;
                let low = signs.peek().and_then(|low| (*low as char).to_digit(16));
                match ((next as char).to_digit(16), low) {
                    (Some(high), Some(low)) => {
                        signs.next();
                        bytes.push(u8::try_from(high * 16 + low).ok()?);
                    }
                    _ => bytes.push(next),
                }
                kept = bytes.len();
            }
            sign => bytes.push(sign),
        }
    }
    // Spaces at the end count only where they are escaped.
    while bytes.len() > kept && bytes.last() == Some(&b' ') {
        bytes.pop();
    }
    String::from_utf8(bytes).ok().filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_named_by_the_first_part_of_their_name() {
        for (name, wanted) in [
            ("cn=Staff,ou=groups,dc=x", Some("Staff")),
            ("CN = Admins , OU=g", Some("Admins")),
            ("cn=a\\,b\\2Bc,dc=x", Some("a,b+c")),
            ("cn=K\\C3\\B6ln,dc=x", Some("Köln")),
            ("cn=Köln,dc=x", Some("Köln")),
            ("cn=space\\ ,dc=x", Some("space ")),
            ("cn=a+uid=b,dc=x", Some("a")),
            ("ou=Staff,dc=x", None),
            ("Staff", None),
            ("cn=,dc=x", None),
            ("cn=a\\", None),
        ] {
            assert_eq!(common_name(name).as_deref(), wanted, "{name}");
        }
    }
}
