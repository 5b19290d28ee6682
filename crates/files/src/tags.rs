//! What a store of objects may say of a file beside its bytes.

/// Names and values; what stores refuse is left out of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags(Vec<(&'static str, String)>);

/// Characters of a value that stores take.
const LONGEST: usize = 256;

impl Tags {
    pub fn new<'a>(tags: impl IntoIterator<Item = (&'static str, &'a str)>) -> Self {
        Self(tags.into_iter().map(|(name, value)| (name, allowed(value))).collect())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, value)| (*name, value.as_str()))
    }
}

fn allowed(value: &str) -> String {
    let fine = |letter: &char| letter.is_alphanumeric() || " +-=._:/@".contains(*letter);
    value.chars().filter(fine).take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stores_refuse_is_left_out() {
        let tags = Tags::new([("Name", "Ada <\u{1}Lovelace>; ä&?"), ("Email", "ada+x@example.com")]);
        let told: Vec<_> = tags.iter().collect();
        assert_eq!(told, [("Name", "Ada Lovelace ä"), ("Email", "ada+x@example.com")]);
        assert_eq!(allowed(&"x".repeat(300)).len(), 256);
    }
}
