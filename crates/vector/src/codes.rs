//! Vectors in a quarter of their room, one behind the other: a byte for every number, and a bit that says on which side of
//! the middle it lies. Bits are compared first where there are many; bytes tell nearly how near; what is nearest is then
//! measured by the vectors themselves.

use std::collections::{HashMap, HashSet};

use pulp::{Arch, NullaryFnOnce};

/// Bits of a word.
const WORD: usize = u64::BITS as usize;
/// Vectors that are passed over together.
const SOME: usize = 32;

/// Vectors of one model in one collection, or some of them.
#[derive(Clone, Default)]
pub struct Codes {
    /// Keys of the passages, in the order of their vectors.
    pub keys: Vec<i64>,
    /// Whose they are: numbers in `files`.
    owners: Vec<u32>,
    /// Ids of files; the first one is nobody's.
    files: Vec<String>,
    known: HashMap<String, u32>,
    /// What a code counts, of each vector.
    scales: Vec<f32>,
    /// Whole numbers from -127 to 127, as bytes.
    codes: Vec<u8>,
    /// Words of bits, by their place in the vector and then by vector, so that many are compared side by side.
    sides: Vec<Vec<u64>>,
}

/// A vector that others are compared with.
pub struct Asked {
    codes: Vec<i8>,
    scale: f32,
    sides: Vec<u64>,
}

impl Asked {
    /// `middle`: of the vectors that it is compared with.
    pub fn new(vector: &[f32], middle: &[f32]) -> Self {
        let (codes, scale) = coded(vector);
        Self { codes, scale, sides: sides(vector, middle).collect() }
    }
}

impl Codes {
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    pub fn push(&mut self, key: i64, file: Option<String>, vector: &[f32], middle: &[f32]) {
        let owner = self.owner(file);
        let (codes, scale) = coded(vector);
        self.keys.push(key);
        self.owners.push(owner);
        self.scales.push(scale);
        self.codes.extend(codes.into_iter().map(i8::cast_unsigned));
        self.sides.resize_with(vector.len().div_ceil(WORD), Vec::new);
        for (column, word) in self.sides.iter_mut().zip(sides(vector, middle)) {
            column.push(word);
        }
    }

    /// The number of a file.
    fn owner(&mut self, file: Option<String>) -> u32 {
        if self.files.is_empty() {
            self.files.push(String::new());
        }
        let Some(file) = file else { return 0 };
        if let Some(number) = self.known.get(&file) {
            return *number;
        }
        let number = u32::try_from(self.files.len()).unwrap_or(0);
        self.files.push(file.clone());
        self.known.insert(file, number);
        number
    }

    /// Which vectors may be found; `None`: all of them.
    fn allowed(&self, files: Option<&HashSet<String>>) -> Option<Vec<bool>> {
        let files = files?;
        let of_file: Vec<bool> = self.files.iter().map(|file| !file.is_empty() && files.contains(file)).collect();
        Some(self.owners.iter().map(|owner| of_file.get(*owner as usize).copied().unwrap_or(false)).collect())
    }

    /// Keys of about the nearest with about how near they are, in any order. `closer`: only so many are looked at with
    /// care, those with the most numbers on the same sides.
    pub fn nearest(
        &self,
        asked: &Asked,
        files: Option<&HashSet<String>>,
        closer: Option<usize>,
        limit: usize,
    ) -> Vec<(i64, f32)> {
        let allowed = self.allowed(files);
        let may = |at: usize| allowed.as_ref().is_none_or(|allowed| allowed[at]);
        let mut best = Best::new(limit);
        let arch = Arch::new();
        let looked: Vec<usize> = match closer.filter(|closer| *closer < self.len()) {
            None => (0..self.len()).filter(|at| may(*at)).collect(),
            Some(closer) => {
                let apart = arch.dispatch(Apart(self, asked));
                let mut counts = vec![0_usize; self.sides.len() * WORD + 1];
                apart.iter().enumerate().filter(|(at, _)| may(*at)).for_each(|(_, apart)| counts[*apart as usize] += 1);
                let mut seen = 0;
                let edge = counts.iter().position(|count| {
                    seen += count;
                    seen >= closer
                });
                let edge = edge.unwrap_or(counts.len());
                let mut near = Vec::with_capacity(2 * closer);
                for (number, some) in apart.chunks(SOME).enumerate() {
                    // Few of them have any that is near.
                    if some.iter().fold(u16::MAX, |least, apart| least.min(*apart)) as usize <= edge {
                        let those =
                            some.iter().zip(number * SOME..).filter(|(apart, at)| **apart as usize <= edge && may(*at));
                        near.extend(those.map(|(_, at)| at));
                    }
                }
                near
            }
        };
        let products = arch.dispatch(Products(self, &looked, asked));
        for (at, product) in looked.into_iter().zip(products) {
            best.offer(self.keys[at], product as f32 * self.scales[at] * asked.scale);
        }
        best.found
    }

    /// Ids of files in the order of their numbers, the first of which is nobody's.
    pub fn files(&self) -> &[String] {
        &self.files
    }

    /// Everything but the files, as it is stored.
    pub fn packed(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.size());
        self.keys.iter().for_each(|key| bytes.extend(key.to_le_bytes()));
        self.owners.iter().for_each(|owner| bytes.extend(owner.to_le_bytes()));
        self.scales.iter().for_each(|scale| bytes.extend(scale.to_le_bytes()));
        self.sides.iter().flatten().for_each(|word| bytes.extend(word.to_le_bytes()));
        bytes.extend(&self.codes);
        bytes
    }

    /// `None` where these are not the bytes of `count` vectors of so many numbers.
    pub fn unpacked(bytes: &[u8], files: Vec<String>, count: usize, dimensions: usize) -> Option<Self> {
        let words = dimensions.div_ceil(WORD);
        let (keys, rest) = bytes.split_at_checked(count.checked_mul(size_of::<i64>())?)?;
        let (owners, rest) = rest.split_at_checked(count * size_of::<u32>())?;
        let (scales, rest) = rest.split_at_checked(count * size_of::<f32>())?;
        let (sides, codes) = rest.split_at_checked(count.checked_mul(words)?.checked_mul(size_of::<u64>())?)?;
        if codes.len() != count.checked_mul(dimensions)? || count == 0 {
            return None;
        }
        let known = files.iter().zip(0..).skip(1).map(|(file, number)| (file.clone(), number)).collect();
        Some(Self {
            keys: keys.as_chunks().0.iter().map(|bytes| i64::from_le_bytes(*bytes)).collect(),
            owners: owners.as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect(),
            files,
            known,
            scales: scales.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
            codes: codes.to_vec(),
            sides: sides
                .chunks_exact(count * size_of::<u64>())
                .map(|column| column.as_chunks().0.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect())
                .collect(),
        })
    }

    /// Whether the vector at a place would become what is there.
    pub fn is(&self, at: usize, vector: &[f32], middle: &[f32]) -> bool {
        let (codes, scale) = coded(vector);
        let here = &self.codes[at * vector.len()..(at + 1) * vector.len()];
        let words = self.sides.iter().map(|column| column[at]);
        self.scales[at].to_bits() == scale.to_bits()
            && here.iter().zip(&codes).all(|(here, code)| here.cast_signed() == *code)
            && words.eq(sides(vector, middle))
    }

    /// Bytes that it takes.
    pub fn size(&self) -> usize {
        let of_each = size_of::<i64>() + size_of::<u32>() + size_of::<f32>() + self.sides.len() * size_of::<u64>();
        self.codes.len() + self.len() * of_each
    }
}

/// On how many sides each vector differs. This and the next are types, as closures are not always made for the widest
/// registers there are.
struct Apart<'a>(&'a Codes, &'a Asked);

impl NullaryFnOnce for Apart<'_> {
    type Output = Vec<u16>;

    #[inline(always)]
    fn call(self) -> Vec<u16> {
        let Self(codes, asked) = self;
        let mut apart = vec![0_u16; codes.len()];
        for (column, word) in codes.sides.iter().zip(&asked.sides) {
            for (apart, other) in apart.iter_mut().zip(column) {
                *apart += (other ^ word).count_ones() as u16;
            }
        }
        apart
    }
}

/// The products of these vectors' codes.
struct Products<'a>(&'a Codes, &'a [usize], &'a Asked);

impl NullaryFnOnce for Products<'_> {
    type Output = Vec<i32>;

    #[inline(always)]
    fn call(self) -> Vec<i32> {
        let Self(codes, looked, asked) = self;
        let dimensions = asked.codes.len();
        let mut products = vec![0; looked.len()];
        for (product, at) in products.iter_mut().zip(looked) {
            let row = &codes.codes[at * dimensions..(at + 1) * dimensions];
            let mut sum = 0;
            for (a, b) in row.iter().zip(&asked.codes) {
                sum += i32::from(a.cast_signed()) * i32::from(*b);
            }
            *product = sum;
        }
        products
    }
}

/// The largest so far, never more than were asked for.
struct Best {
    found: Vec<(i64, f32)>,
    limit: usize,
}

impl Best {
    fn new(limit: usize) -> Self {
        Self { found: Vec::with_capacity(limit.min(4096) + 1), limit }
    }

    fn offer(&mut self, key: i64, near: f32) {
        if self.found.len() == self.limit && self.found.last().is_none_or(|(_, least)| near <= *least) {
            return;
        }
        let place = self.found.partition_point(|(_, known)| *known >= near);
        self.found.insert(place, (key, near));
        self.found.truncate(self.limit);
    }
}

/// A byte for every number, and what one counts.
fn coded(vector: &[f32]) -> (Vec<i8>, f32) {
    let largest = vector.iter().fold(0.0_f32, |largest, number| largest.max(number.abs()));
    if largest == 0.0 {
        return (vec![0; vector.len()], 0.0);
    }
    let scale = largest / f32::from(i8::MAX);
    (vector.iter().map(|number| (number / scale).round() as i8).collect(), scale)
}

/// Whether each number is above the middle.
fn sides<'a>(vector: &'a [f32], middle: &'a [f32]) -> impl Iterator<Item = u64> + 'a {
    vector.chunks(WORD).zip(middle.chunks(WORD)).map(|(numbers, middles)| {
        let above = numbers.iter().zip(middles).enumerate();
        above.fold(0, |word, (at, (number, middle))| word | (u64::from(number > middle) << at))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(rows: &[(i64, Option<&str>, [f32; 2])]) -> Codes {
        let mut codes = Codes::default();
        rows.iter().for_each(|(key, file, vector)| codes.push(*key, file.map(str::to_owned), vector, &[0.0, 0.0]));
        codes
    }

    fn keys(codes: &Codes, files: Option<&[&str]>, closer: Option<usize>, limit: usize) -> Vec<i64> {
        let files = files.map(|files| files.iter().map(|file| (*file).to_owned()).collect::<HashSet<_>>());
        let asked = Asked::new(&[1.0, 0.0], &[0.0, 0.0]);
        codes.nearest(&asked, files.as_ref(), closer, limit).into_iter().map(|(key, _)| key).collect()
    }

    #[test]
    fn the_nearest_come_first_and_only_of_the_files_that_were_named() {
        let codes = codes(&[
            (1, Some("a"), [0.0, 1.0]),
            (2, Some("b"), [1.0, 0.0]),
            (3, None, [1.0, 0.0]),
            (4, Some("a"), [0.6, 0.8]),
        ]);
        assert_eq!(keys(&codes, None, None, 9), [2, 3, 4, 1]);
        assert_eq!(keys(&codes, None, None, 1), [2]);
        assert_eq!(keys(&codes, Some(&["a"]), None, 9), [4, 1]);
        let nobody: [i64; 0] = [];
        assert_eq!(keys(&codes, Some(&[""]), None, 9), nobody, "what is nobody's is not asked for by an empty name");
        assert_eq!(keys(&codes, Some(&[]), None, 9), nobody);
        assert_eq!(keys(&codes, None, None, 0), nobody);
    }

    #[test]
    fn those_on_other_sides_are_passed_over_where_few_are_looked_at() {
        let codes =
            codes(&[(1, None, [-1.0, -1.0]), (2, None, [1.0, -0.5]), (3, None, [0.9, -0.1]), (4, None, [-0.1, 1.0])]);
        assert_eq!(keys(&codes, None, Some(2), 9), [2, 3]);
        assert_eq!(keys(&codes, None, Some(4), 9).len(), 4);
    }

    #[test]
    fn what_is_stored_is_compared_as_before() {
        let codes = codes(&[(1, Some("a"), [0.0, 1.0]), (5, None, [1.0, 0.0]), (9, Some("b"), [0.6, -0.8])]);
        let bytes = codes.packed();
        let read = Codes::unpacked(&bytes, codes.files().to_vec(), 3, 2).unwrap_or_default();
        assert_eq!(keys(&read, None, None, 9), keys(&codes, None, None, 9));
        assert_eq!(keys(&read, Some(&["a"]), None, 9), [1]);
        assert!(read.is(2, &[0.6, -0.8], &[0.0, 0.0]) && !read.is(2, &[0.6, 0.8], &[0.0, 0.0]));
        assert!(Codes::unpacked(&bytes[1..], Vec::new(), 3, 2).is_none());
        assert!(
            Codes::unpacked(&bytes, Vec::new(), 2, 2).is_none() && Codes::unpacked(&[], Vec::new(), 0, 2).is_none()
        );
    }

    #[test]
    fn a_vector_of_nothing_is_near_to_nothing() {
        let codes = codes(&[(1, None, [0.0, 0.0]), (2, None, [0.1, 0.0])]);
        assert_eq!(keys(&codes, None, None, 9), [2, 1]);
    }
}
