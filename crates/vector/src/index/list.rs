//! Which passages have a word, and how often: in as few bits as the numbers of a block need, block behind block. The head of
//! a block says what is in it at most, so that it need not be read where that is too little.

/// Passages of a block.
pub const BLOCK: usize = 128;
/// Bytes of the head of a block: the last passage, bits of a distance, bits of a count, the largest count, and the least
/// length of a passage.
const HEAD: usize = 10;
/// What is read at once reaches behind the last block.
pub const BEHIND: usize = 8;
/// A count or a length that may be larger.
const LARGEST: u32 = u16::MAX as u32;

/// The places of passages in their segment, each with how often the word is there.
#[derive(Clone)]
pub enum List {
    Packed { bytes: Vec<u8>, count: usize },
    Plain(Vec<(u32, f32)>),
}

/// What a block says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub last: u32,
    /// The largest count; `None`: any.
    pub most: Option<u32>,
    /// The least length of a passage.
    pub least: u32,
    distance_bits: u32,
    count_bits: u32,
}

/// Blocks of a list, one after the other.
pub struct Blocks<'a> {
    bytes: &'a [u8],
    left: usize,
    next: u32,
}

/// Packs places and counts, in the order of the places. `lengths` are those of all passages of the segment.
pub fn packed(postings: &[(u32, u32)], lengths: &[u32]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEAD + postings.len() * 2);
    let mut next = 0;
    for block in postings.chunks(BLOCK) {
        let distances: Vec<u32> = block
            .iter()
            .map(|(place, _)| {
                let distance = place - next;
                next = place + 1;
                distance
            })
            .collect();
        let counts = || block.iter().map(|(_, count)| count - 1);
        let bits = |largest: u32| (u32::BITS - largest.leading_zeros()) as u8;
        let distance_bits = bits(distances.iter().copied().max().unwrap_or(0));
        let count_bits = bits(counts().max().unwrap_or(0));
        let most = block.iter().map(|(_, count)| *count).max().unwrap_or(0).min(LARGEST) as u16;
        let least = block.iter().map(|(place, _)| lengths[*place as usize]).min().unwrap_or(0).min(LARGEST) as u16;
        bytes.extend((next - 1).to_le_bytes());
        bytes.extend([distance_bits, count_bits]);
        bytes.extend(most.to_le_bytes());
        bytes.extend(least.to_le_bytes());
        write(distances.into_iter(), u32::from(distance_bits), &mut bytes);
        write(counts(), u32::from(count_bits), &mut bytes);
    }
    bytes
}

impl List {
    pub fn packed(mut bytes: Vec<u8>, count: usize) -> Self {
        bytes.resize(bytes.len() + BEHIND, 0);
        Self::Packed { bytes, count }
    }

    pub fn len(&self) -> usize {
        match self {
            Self::Packed { count, .. } => *count,
            Self::Plain(postings) => postings.len(),
        }
    }

    /// Places and counts one by one.
    pub fn plain(self) -> Vec<(u32, f32)> {
        match self {
            Self::Packed { bytes, count } => {
                let mut postings = Vec::with_capacity(count);
                each(&bytes, count, |place, often| postings.push((place, often as f32)));
                postings
            }
            Self::Plain(postings) => postings,
        }
    }

    /// This list and another, whose counts are worth `worth` each.
    pub fn with(self, other: Self, worth: f32) -> Self {
        let (one, other) = (self.plain(), other.plain());
        let mut both = Vec::with_capacity(one.len() + other.len());
        let (mut ones, mut others) = (one.into_iter().peekable(), other.into_iter().peekable());
        loop {
            let next = match (ones.peek(), others.peek()) {
                (Some((one, _)), Some((other, _))) => *one.min(other),
                (Some((place, _)), None) | (None, Some((place, _))) => *place,
                (None, None) => return Self::Plain(both),
            };
            let here = ones.next_if(|(place, _)| *place == next).map_or(0.0, |(_, often)| often);
            let there = others.next_if(|(place, _)| *place == next).map_or(0.0, |(_, often)| often * worth);
            both.push((next, here + there));
        }
    }
}

/// Calls `take` with each place and its count.
pub fn each(bytes: &[u8], count: usize, mut take: impl FnMut(u32, u32)) {
    let mut blocks = Blocks::new(bytes, count);
    let (mut places, mut counts) = ([0; BLOCK], [0; BLOCK]);
    while let Some(head) = blocks.head() {
        let many = blocks.read(&head, &mut places, &mut counts);
        places.iter().zip(&counts).take(many).for_each(|(place, count)| take(*place, *count));
    }
}

impl<'a> Blocks<'a> {
    /// `bytes` of a packed list with `count` places.
    pub fn new(bytes: &'a [u8], count: usize) -> Self {
        Self { bytes, left: count, next: 0 }
    }

    /// The head of the next block.
    pub fn head(&self) -> Option<Head> {
        if self.left == 0 {
            return None;
        }
        let [a, b, c, d, distance_bits, count_bits, e, f, g, h] = *self.bytes.first_chunk::<HEAD>()?;
        let most = u32::from(u16::from_le_bytes([e, f]));
        Some(Head {
            last: u32::from_le_bytes([a, b, c, d]),
            most: (most < LARGEST).then_some(most),
            least: u32::from(u16::from_le_bytes([g, h])),
            distance_bits: u32::from(distance_bits).min(u32::BITS),
            count_bits: u32::from(count_bits).min(u32::BITS),
        })
    }

    /// Goes behind the next block.
    pub fn skip(&mut self, head: &Head) {
        let many = self.left.min(BLOCK);
        let size = HEAD + room(many, head.distance_bits) + room(many, head.count_bits);
        self.bytes = self.bytes.get(size..).unwrap_or_default();
        self.left -= many;
        self.next = head.last.wrapping_add(1);
    }

    /// Reads the next block; how many there are.
    pub fn read(&mut self, head: &Head, places: &mut [u32; BLOCK], counts: &mut [u32; BLOCK]) -> usize {
        let many = self.left.min(BLOCK);
        let distances = self.bytes.get(HEAD..).unwrap_or_default();
        read(distances, head.distance_bits, &mut places[..many]);
        let packed = distances.get(room(many, head.distance_bits)..).unwrap_or_default();
        read(packed, head.count_bits, &mut counts[..many]);
        let mut next = self.next;
        for (place, count) in places.iter_mut().zip(counts.iter_mut()).take(many) {
            *place = place.wrapping_add(next);
            next = place.wrapping_add(1);
            *count = count.wrapping_add(1);
        }
        self.skip(head);
        many
    }
}

/// Bytes of `many` numbers.
fn room(many: usize, bits: u32) -> usize {
    (many * bits as usize).div_ceil(8)
}

fn write(numbers: impl Iterator<Item = u32>, bits: u32, into: &mut Vec<u8>) {
    let (mut word, mut used) = (0_u64, 0);
    for number in numbers {
        word |= u64::from(number) << used;
        used += bits;
        while used >= 8 {
            into.push(word as u8);
            word >>= 8;
            used -= 8;
        }
    }
    if used > 0 {
        into.push(word as u8);
    }
}

fn read(bytes: &[u8], bits: u32, numbers: &mut [u32]) {
    let mask = (1_u64 << bits) - 1;
    let mut at = 0;
    for number in numbers {
        let word = bytes.get(at >> 3..).and_then(|bytes| bytes.first_chunk::<BEHIND>()).copied().unwrap_or_default();
        *number = ((u64::from_le_bytes(word) >> (at & 7)) & mask) as u32;
        at += bits as usize;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read_back(bytes: &[u8], count: usize) -> Vec<(u32, u32)> {
        let mut read = Vec::new();
        each(bytes, count, |place, often| read.push((place, often)));
        read
    }

    proptest! {
        #[test]
        fn what_is_packed_is_read_again(
            steps in prop::collection::vec((0..2_000_u32, prop_oneof![1..4_u32, 1..100_000_u32]), 0..700)
        ) {
            let mut place = 0;
            let postings: Vec<(u32, u32)> = steps.iter().map(|(step, count)| { place += step + 1; (place - 1, *count) }).collect();
            let lengths = vec![7; place as usize];
            let bytes = packed(&postings, &lengths);
            prop_assert_eq!(read_back(&bytes, 0).len(), 0);
            let List::Packed { bytes, count } = List::packed(bytes, postings.len()) else { unreachable!() };
            prop_assert_eq!(read_back(&bytes, count), postings.clone());
            // Every other block is passed over.
            let mut blocks = Blocks::new(&bytes, count);
            let (mut places, mut counts) = ([0; BLOCK], [0; BLOCK]);
            for (number, block) in postings.chunks(BLOCK).enumerate() {
                let head = blocks.head().unwrap_or_else(|| unreachable!());
                prop_assert_eq!((head.last, head.least), (block[block.len() - 1].0, 7));
                prop_assert!(head.most.is_none_or(|most| block.iter().all(|(_, count)| *count <= most)));
                if number % 2 == 0 {
                    blocks.skip(&head);
                } else {
                    let many = blocks.read(&head, &mut places, &mut counts);
                    let read: Vec<(u32, u32)> = places[..many].iter().copied().zip(counts[..many].iter().copied()).collect();
                    prop_assert_eq!(read, block.to_vec());
                }
            }
            prop_assert_eq!(blocks.head(), None);
        }

        #[test]
        fn bytes_that_are_none_of_ours_break_nothing(bytes in prop::collection::vec(any::<u8>(), 0..400), count in 0..500_usize) {
            prop_assert!(read_back(&bytes, count).len() <= count);
        }
    }

    #[test]
    fn two_lists_become_one() {
        let other = List::Plain(vec![(1, 2.0), (4, 1.0), (9, 1.0)]);
        let both = List::packed(packed(&[(1, 1), (3, 2)], &[5; 9]), 2).with(other, 0.5);
        assert_eq!(both.plain(), [(1, 2.0), (3, 2.0), (4, 0.5), (9, 0.5)]);
    }
}
