//! Which passages fit words best (BM25): rare words first, and of the frequent ones no more than can still change who is
//! among the best.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::sync::Arc;

use super::docs::Docs;
use super::list::{BLOCK, Blocks, List};

/// How soon a word that comes often tells no more, and how much the length of a passage counts.
const OFTEN: f32 = 1.2;
const LENGTH: f32 = 0.75;
/// What two ways of adding the same numbers may differ by, in parts of the sum.
const ALIKE: f32 = 1e-5;

/// The passages of a segment, and the words in them that are looked for: the number of each, and its list.
pub struct Part {
    pub docs: Lies,
    pub lists: Vec<(usize, List)>,
}

/// Where passages lie.
pub enum Lies {
    Segment(Arc<super::shelf::Segment>),
    Piece(Arc<super::piece::Piece>),
}

impl Lies {
    pub fn docs(&self) -> &Docs {
        match self {
            Self::Segment(segment) => &segment.docs,
            Self::Piece(piece) => &piece.docs,
        }
    }
}

/// What is looked for in all parts of a collection.
pub struct Asked {
    pub parts: Vec<Part>,
    /// What each word tells, by its number.
    pub weights: Vec<f32>,
    /// Words of a passage.
    pub average: f32,
}

/// What counts of a passage besides its words.
struct Measure<'a> {
    docs: &'a Docs,
    average: f32,
    allowed: Option<Vec<bool>>,
}

impl Measure<'_> {
    fn score(&self, weight: f32, often: f32, place: u32) -> f32 {
        fit(weight, often, self.docs.lengths[place as usize] as f32 / self.average)
    }

    fn may(&self, place: u32) -> bool {
        self.allowed.as_ref().is_none_or(|allowed| allowed[place as usize])
    }
}

/// What a word tells of a passage of a length, in parts of the usual one.
fn fit(weight: f32, often: f32, length: f32) -> f32 {
    weight * often * (OFTEN + 1.0) / (often + OFTEN * (1.0 - LENGTH + LENGTH * length))
}

impl Asked {
    /// Keys of those that fit best with how well, the best first; of two that fit equally well, the one that was added
    /// first.
    pub fn best(&self, files: Option<&HashSet<String>>, limit: usize) -> Vec<(i64, f32)> {
        let mut best = Best { found: Vec::new(), limit };
        let mut scores = Vec::new();
        for part in &self.parts {
            if part.lists.is_empty() {
                continue;
            }
            let docs = part.docs.docs();
            let measure = Measure { docs, average: self.average, allowed: docs.allowed(files) };
            self.search(part, &measure, &mut scores, &mut best);
        }
        best.found
    }

    fn search(&self, part: &Part, measure: &Measure<'_>, scores: &mut Vec<f32>, best: &mut Best) {
        let mut lists: Vec<(f32, &List)> = part
            .lists
            .iter()
            .map(|(word, list)| (self.weights[*word], list))
            .filter(|(_, list)| list.len() > 0)
            .collect();
        lists.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        // What this word and those behind it can add.
        let mut rest: Vec<f32> = lists.iter().map(|(weight, list)| most(list, *weight, measure)).collect();
        for at in (1..rest.len()).rev() {
            rest[at - 1] += rest[at];
        }
        scores.clear();
        scores.resize(measure.docs.len(), 0.0);
        let mut touched = Vec::new();
        let (mut least, mut at) = (best.least(), 0);
        while at < lists.len() && enough(rest[at], least) {
            let (weight, list) = lists[at];
            all(list, |place, often| {
                if measure.may(place) {
                    let score = &mut scores[place as usize];
                    if *score == 0.0 {
                        touched.push(place);
                    }
                    *score += measure.score(weight, often, place);
                }
            });
            at += 1;
            if at < lists.len() {
                least = least.max(nth(&touched, scores, best.limit));
            }
        }
        for at in at..lists.len() {
            touched.retain(|place| enough(scores[*place as usize] + rest[at], least));
            touched.sort_unstable();
            let (weight, list) = lists[at];
            some(list, &touched, |place, often| scores[place as usize] += measure.score(weight, often, place));
        }
        for place in touched {
            best.offer(measure.docs.keys[place as usize], scores[place as usize]);
        }
    }
}

/// Whether something with that much may be among the best, of which the last has `least`.
fn enough(score: f32, least: f32) -> bool {
    least == 0.0 || score >= least * (1.0 - ALIKE)
}

/// The score that so many have; 0 where there are fewer.
fn nth(touched: &[u32], scores: &[f32], limit: usize) -> f32 {
    if limit == 0 || touched.len() < limit {
        return 0.0;
    }
    let mut known: Vec<f32> = touched.iter().map(|place| scores[*place as usize]).collect();
    *known.select_nth_unstable_by(limit - 1, |one, other| other.total_cmp(one)).1
}

/// The most that a word adds to any passage.
fn most(list: &List, weight: f32, measure: &Measure<'_>) -> f32 {
    match list {
        List::Plain(postings) => postings
            .iter()
            .map(|(place, often)| measure.score(weight, *often, *place))
            .fold(0.0, |most: f32, score| most.max(score)),
        List::Packed { bytes, count } => {
            let mut blocks = Blocks::new(bytes, *count);
            let mut most = 0.0_f32;
            while let Some(head) = blocks.head() {
                most = most.max(match head.most {
                    Some(often) => fit(weight, often as f32, head.least as f32 / measure.average),
                    None => weight * (OFTEN + 1.0),
                });
                blocks.skip(&head);
            }
            most
        }
    }
}

/// Every passage of a list.
fn all(list: &List, mut take: impl FnMut(u32, f32)) {
    match list {
        List::Plain(postings) => postings.iter().for_each(|(place, often)| take(*place, *often)),
        List::Packed { bytes, count } => super::list::each(bytes, *count, |place, often| take(place, often as f32)),
    }
}

/// Those of these places, in their order, that are in a list; blocks without any are passed over.
fn some(list: &List, wanted: &[u32], mut take: impl FnMut(u32, f32)) {
    let mut wanted = wanted.iter().copied().peekable();
    match list {
        List::Plain(postings) => {
            for (place, often) in postings {
                while wanted.next_if(|wanted| wanted < place).is_some() {}
                if wanted.next_if_eq(place).is_some() {
                    take(*place, *often);
                }
            }
        }
        List::Packed { bytes, count } => {
            let mut blocks = Blocks::new(bytes, *count);
            let (mut places, mut counts) = ([0; BLOCK], [0; BLOCK]);
            while let (Some(head), Some(next)) = (blocks.head(), wanted.peek().copied()) {
                if next > head.last {
                    blocks.skip(&head);
                    continue;
                }
                let many = blocks.read(&head, &mut places, &mut counts);
                for (place, count) in places.iter().zip(&counts).take(many) {
                    while wanted.next_if(|wanted| wanted < place).is_some() {}
                    if wanted.next_if_eq(place).is_some() {
                        take(*place, *count as f32);
                    }
                }
            }
        }
    }
}

/// The best so far, never more than were asked for.
struct Best {
    found: Vec<(i64, f32)>,
    limit: usize,
}

impl Best {
    /// What the last one has, where there are as many as are wanted.
    fn least(&self) -> f32 {
        if self.limit > 0 && self.found.len() == self.limit { self.found[self.limit - 1].1 } else { 0.0 }
    }

    fn offer(&mut self, key: i64, score: f32) {
        if self.limit == 0 || (self.found.len() == self.limit && score < self.least()) {
            return;
        }
        let before = |(other, known): &(i64, f32)| match known.total_cmp(&score) {
            Ordering::Equal => *other < key,
            order => order == Ordering::Greater,
        };
        let place = self.found.partition_point(before);
        self.found.insert(place, (key, score));
        self.found.truncate(self.limit);
    }
}

#[cfg(test)]
mod tests {
    use super::super::TextRow;
    use super::super::piece::Piece;
    use super::super::shelf::Segment;
    use super::*;
    use proptest::prelude::*;

    /// Everything counted one by one.
    fn plainly(texts: &[Vec<u8>], wanted: &[u8], weights: &[f32], average: f32) -> Vec<(i64, f32)> {
        let mut all = Vec::new();
        for (key, text) in texts.iter().enumerate() {
            let score = wanted.iter().zip(weights).map(|(word, weight)| {
                let often = text.iter().filter(|known| *known == word).count();
                fit(*weight, often as f32, text.len() as f32 / average)
            });
            let score: f32 = score.sum();
            if score > 0.0 {
                all.push((key as i64 + 1, score));
            }
        }
        all.sort_by(|(one, score), (other, better)| better.total_cmp(score).then(one.cmp(other)));
        all
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn nothing_that_fits_better_is_left_out(
            texts in prop::collection::vec(prop::collection::vec((0.0..1.0_f64).prop_map(|at| (at * at * at * 40.0) as u8), 1..30), 1..900),
            limit in 1..12_usize,
            cut in 0..900_usize,
        ) {
            let wanted = [0_u8, 3, 17, 33];
            let weights = [0.2, 1.0, 2.5, 4.0];
            let average = texts.iter().map(Vec::len).sum::<usize>() as f32 / texts.len() as f32;
            let row = |(at, text): (usize, &Vec<u8>)| TextRow {
                key: at as i64 + 1,
                file: None,
                text: text.iter().map(|word| format!("w{word}")).collect::<Vec<_>>().join(" "),
                about: String::new(),
            };
            // Some lie in a segment, the others in no segment yet.
            let (mut first, mut second) = (Piece::default(), Piece::default());
            let cut = cut.min(texts.len());
            texts.iter().enumerate().map(row).enumerate().for_each(|(at, row)| if at < cut { first.push(&row) } else { second.push(&row) });
            let number = |word: &str| wanted.iter().position(|known| word == format!("w{known}"));
            let (docs, rows) = first.packed();
            let lists = rows.into_iter().filter_map(|row| Some((number(&row.word)?, List::packed(row.bytes, row.count)))).collect();
            let segment = Part { docs: Lies::Segment(Arc::new(Segment { id: 1, last: 0, docs })), lists };
            let lists = wanted.iter().enumerate().filter_map(|(at, word)| Some((at, second.list(super::super::Field::Text, &format!("w{word}"))?))).collect();
            let asked = Asked { parts: vec![segment, Part { docs: Lies::Piece(Arc::new(second)), lists }], weights: weights.to_vec(), average };
            let mut exact = plainly(&texts, &wanted, &weights, average);
            exact.truncate(limit);
            let found = asked.best(None, limit);
            prop_assert_eq!(found.len(), exact.len());
            for ((_, found), (_, exact)) in found.iter().zip(&exact) {
                prop_assert!((found - exact).abs() < 1e-4, "{} for {}", found, exact);
            }
        }
    }
}
