//! Vectors in a quarter of their room, one behind the other: a byte for every number, and a bit that says on which side of
//! the middle it lies. Bits are compared first where there are many; bytes tell nearly how near; what is nearest is then
//! measured by the vectors themselves.

use std::collections::{HashMap, HashSet};

use pulp::Arch;

/// Bits of a word.
const WORD: usize = u64::BITS as usize;

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
    codes: Vec<i8>,
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
        self.codes.extend(codes);
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
                let apart = arch.dispatch(|| self.apart(asked));
                let mut counts = vec![0_usize; self.sides.len() * WORD + 1];
                apart.iter().enumerate().filter(|(at, _)| may(*at)).for_each(|(_, apart)| counts[*apart as usize] += 1);
                let mut seen = 0;
                let edge = counts.iter().position(|count| {
                    seen += count;
                    seen >= closer
                });
                let edge = edge.unwrap_or(counts.len());
                let near = apart.iter().enumerate().filter(|(at, apart)| **apart as usize <= edge && may(*at));
                near.map(|(at, _)| at).collect()
            }
        };
        let products = arch.dispatch(|| self.products(&looked, asked));
        for (at, product) in looked.into_iter().zip(products) {
            best.offer(self.keys[at], product as f32 * self.scales[at] * asked.scale);
        }
        best.found
    }

    /// The products of these vectors' codes.
    #[inline(always)]
    fn products(&self, looked: &[usize], asked: &Asked) -> Vec<i32> {
        let dimensions = asked.codes.len();
        let row = |at: usize| &self.codes[at * dimensions..(at + 1) * dimensions];
        looked.iter().map(|at| product(row(*at), &asked.codes)).collect()
    }

    /// On how many sides each vector differs.
    #[inline(always)]
    fn apart(&self, asked: &Asked) -> Vec<u16> {
        let mut apart = vec![0_u16; self.len()];
        for (column, word) in self.sides.iter().zip(&asked.sides) {
            for (apart, other) in apart.iter_mut().zip(column) {
                *apart += (other ^ word).count_ones() as u16;
            }
        }
        apart
    }

    /// Bytes that it takes.
    pub fn size(&self) -> usize {
        let of_each = size_of::<i64>() + size_of::<u32>() + size_of::<f32>() + self.sides.len() * size_of::<u64>();
        self.codes.len() + self.len() * of_each
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

#[inline(always)]
fn product(one: &[i8], other: &[i8]) -> i32 {
    one.iter().zip(other).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum()
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
    fn a_vector_of_nothing_is_near_to_nothing() {
        let codes = codes(&[(1, None, [0.0, 0.0]), (2, None, [0.1, 0.0])]);
        assert_eq!(keys(&codes, None, None, 9), [2, 1]);
    }
}
