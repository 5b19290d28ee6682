//! Names that people gave their files, and names that a disk takes.

/// What most file systems take for one name, in bytes.
const LONGEST: usize = 255;

/// The last part of a path of any system, without characters that steer terminals or end texts.
pub fn base_name(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = name.chars().filter(|sign| !sign.is_control()).collect();
    let clean = clean.trim();
    if clean == "." || clean == ".." { String::new() } else { clean.to_owned() }
}

/// What follows the last dot, in lower case; empty when there is none.
pub fn extension(name: &str) -> String {
    name.rsplit_once('.').map(|(_, extension)| extension.to_lowercase()).unwrap_or_default()
}

/// `<id>_<name>`, or `<id>.<extension>` where that would be too long.
pub fn stored_name(id: &str, name: &str) -> String {
    let whole = format!("{id}_{}", base_name(name));
    if whole.len() <= LONGEST {
        return whole;
    }
    let extension = extension(name);
    if extension.is_empty() || extension.len() > 20 { id.to_owned() } else { format!("{id}.{extension}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_never_leads_elsewhere() {
        for (given, kept) in [
            ("notes.txt", "notes.txt"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\me\\plan.md", "plan.md"),
            ("a\0b\n.txt", "ab.txt"),
            ("..", ""),
            ("dir/", ""),
            ("Größe 📄.txt", "Größe 📄.txt"),
        ] {
            assert_eq!(base_name(given), kept, "{given:?}");
        }
    }

    #[test]
    fn a_name_that_no_disk_takes_becomes_the_id() {
        assert_eq!(stored_name("id", "a.txt"), "id_a.txt");
        assert_eq!(stored_name("id", &format!("{}.TXT", "ä".repeat(200))), "id.txt");
        assert_eq!(stored_name("id", &"x".repeat(300)), "id");
    }
}
