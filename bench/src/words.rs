//! Texts that are made up, as frequent and rare in their words as real ones.

/// Different words; a few are in most texts, most are in a few.
const VOCABULARY: f64 = 30_000.0;

/// Words from a generator of our own, so that every run stores the same.
pub struct Words(u64);

impl Words {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn text(&mut self, count: usize) -> String {
        let mut text = String::with_capacity(count * 8);
        for _ in 0..count {
            // Frequent words have small numbers: the cube of a uniform number.
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let uniform = (self.0 >> 11) as f64 / (1_u64 << 53) as f64;
            text.push_str(&word((uniform.powi(3) * VOCABULARY) as usize));
            text.push(' ');
        }
        text
    }
}

/// The word of a number, pronounceable and longer the rarer it is.
pub fn word(number: usize) -> String {
    const CONSONANTS: &[u8] = b"bdfgklmnprstvz";
    const VOWELS: &[u8] = b"aeiou";
    let (mut rest, mut word) = (number, String::new());
    loop {
        word.push(char::from(CONSONANTS[rest % CONSONANTS.len()]));
        rest /= CONSONANTS.len();
        word.push(char::from(VOWELS[rest % VOWELS.len()]));
        rest /= VOWELS.len();
        if rest == 0 && word.len() >= 4 {
            return word;
        }
    }
}
