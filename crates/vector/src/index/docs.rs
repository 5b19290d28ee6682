//! The passages of a segment: their keys, how many words they have, and whose they are.

use std::collections::{HashMap, HashSet};

/// Passages in the order of their keys.
#[derive(Clone, Default)]
pub struct Docs {
    pub keys: Vec<i64>,
    pub lengths: Vec<u32>,
    /// Numbers in `files`; 0 is nobody's.
    owners: Vec<u32>,
    files: Vec<String>,
    known: HashMap<String, u32>,
    /// Words of all of them.
    pub total: u64,
}

impl Docs {
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Adds one with a larger key; its place.
    pub fn push(&mut self, key: i64, length: u32, file: Option<&str>) -> u32 {
        let owner = file.map_or(0, |file| self.owner(file));
        self.add(key, length, owner);
        u32::try_from(self.keys.len() - 1).unwrap_or(u32::MAX)
    }

    fn add(&mut self, key: i64, length: u32, owner: u32) {
        self.keys.push(key);
        self.lengths.push(length);
        self.owners.push(owner);
        self.total += u64::from(length);
    }

    fn owner(&mut self, file: &str) -> u32 {
        if let Some(number) = self.known.get(file) {
            return *number;
        }
        self.files.push(file.to_owned());
        let number = u32::try_from(self.files.len()).unwrap_or(0);
        self.known.insert(file.to_owned(), number);
        number
    }

    pub fn file(&self, place: usize) -> Option<&str> {
        let owner = usize::try_from(self.owners[place]).ok()?.checked_sub(1)?;
        self.files.get(owner).map(String::as_str)
    }

    /// Which passages may be found; `None`: all of them.
    pub fn allowed(&self, files: Option<&HashSet<String>>) -> Option<Vec<bool>> {
        let files = files?;
        let of_file: Vec<bool> =
            std::iter::once(false).chain(self.files.iter().map(|file| files.contains(file))).collect();
        Some(self.owners.iter().map(|owner| of_file.get(*owner as usize).copied().unwrap_or(false)).collect())
    }

    /// Bytes that it takes, about.
    pub fn size(&self) -> usize {
        let names: usize = self.files.iter().map(|file| 2 * file.len() + 80).sum();
        self.len() * (size_of::<i64>() + 2 * size_of::<u32>()) + names
    }

    /// As it is stored.
    pub fn packed(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.len() * 5);
        number(self.len() as u64, &mut bytes);
        let mut last = 0;
        for ((key, length), owner) in self.keys.iter().zip(&self.lengths).zip(&self.owners) {
            number(key.wrapping_sub(last).cast_unsigned(), &mut bytes);
            number(u64::from(*length), &mut bytes);
            number(u64::from(*owner), &mut bytes);
            last = *key;
        }
        number(self.files.len() as u64, &mut bytes);
        for file in &self.files {
            number(file.len() as u64, &mut bytes);
            bytes.extend(file.as_bytes());
        }
        bytes
    }

    /// `None` for bytes that are none of ours.
    pub fn unpacked(mut bytes: &[u8]) -> Option<Self> {
        let mut docs = Self::default();
        let count = usize::try_from(taken(&mut bytes)?).ok()?;
        // Each takes three bytes at least.
        let room = count.min(bytes.len() / 3);
        (docs.keys, docs.lengths, docs.owners) =
            (Vec::with_capacity(room), Vec::with_capacity(room), Vec::with_capacity(room));
        let mut last = 0_i64;
        for _ in 0..count {
            last = last.wrapping_add(taken(&mut bytes)?.cast_signed());
            let length = u32::try_from(taken(&mut bytes)?).ok()?;
            docs.add(last, length, u32::try_from(taken(&mut bytes)?).ok()?);
        }
        for _ in 0..taken(&mut bytes)? {
            let length = usize::try_from(taken(&mut bytes)?).ok()?;
            let (name, rest) = bytes.split_at_checked(length)?;
            docs.files.push(std::str::from_utf8(name).ok()?.to_owned());
            bytes = rest;
        }
        Some(docs)
    }
}

fn number(mut number: u64, into: &mut Vec<u8>) {
    while number >= 0x80 {
        into.push(number as u8 | 0x80);
        number >>= 7;
    }
    into.push(number as u8);
}

fn taken(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(first & 0x7f) << shift;
        if *first < 0x80 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_read_again_and_nothing_else() {
        let mut docs = Docs::default();
        for (place, (key, length, file)) in
            [(3, 7, Some("a")), (900, 0, None), (i64::MAX, 70_000, Some("ü")), (i64::MAX, 1, Some("a"))]
                .iter()
                .enumerate()
        {
            assert_eq!(docs.push(*key, *length, *file) as usize, place);
        }
        let bytes = docs.packed();
        let read = Docs::unpacked(&bytes).unwrap();
        assert_eq!((&read.keys, &read.lengths, read.total), (&docs.keys, &docs.lengths, 70_008));
        assert_eq!((0..4).map(|place| read.file(place)).collect::<Vec<_>>(), [Some("a"), None, Some("ü"), Some("a")]);
        let files = HashSet::from(["a".to_owned()]);
        assert_eq!(read.allowed(Some(&files)).unwrap(), [true, false, false, true]);
        assert!(read.allowed(None).is_none());
        assert!((0..bytes.len()).all(|end| Docs::unpacked(&bytes[..end]).is_none()));
    }
}
