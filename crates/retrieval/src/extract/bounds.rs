//! How much of a file is read at most, and how long.

use std::time::{Duration, Instant};

use super::ExtractError;

/// Seconds that one file may take.
const SECONDS: u64 = 120;
/// Bytes of text of one file.
const TEXT: usize = 32 * 1024 * 1024;
/// What is inside of an archive may always be as large as this, and never larger than that; between them it may be a
/// hundred times as large as the archive.
const SMALL: u64 = 10 * 1024 * 1024;
const LARGE: u64 = 100 * 1024 * 1024;
const RATIO: u64 = 100;
/// Files inside of an archive.
pub const ENTRIES: usize = 10_000;
/// How many pieces are read between two looks at the clock.
const LOOK_EVERY: u32 = 1024;

/// What is left of the bounds of one file.
pub struct Bounds {
    end: Instant,
    text: usize,
    inside: u64,
    looks: u32,
}

impl Bounds {
    /// The bounds of a file with that many bytes.
    pub fn usual(size: usize) -> Self {
        let size = u64::try_from(size).unwrap_or(u64::MAX);
        let inside = size.saturating_mul(RATIO).clamp(SMALL, LARGE);
        Self { end: Instant::now() + Duration::from_secs(SECONDS), text: TEXT, inside, looks: 0 }
    }

    /// When it is too late.
    pub fn end(&self) -> Instant {
        self.end
    }

    /// Bytes of text that may still come.
    pub fn left(&self) -> usize {
        self.text
    }

    /// Bytes that may still be read from inside of an archive.
    pub fn inside(&self) -> u64 {
        self.inside
    }

    /// That many bytes came out of an archive.
    pub fn unpacked(&mut self, bytes: u64) -> Result<(), ExtractError> {
        self.inside = self.inside.checked_sub(bytes).ok_or(ExtractError::TooLarge)?;
        self.look()
    }

    /// Adds text, if there is room for it.
    pub fn push(&mut self, text: &mut String, more: &str) -> Result<(), ExtractError> {
        self.text = self.text.checked_sub(more.len()).ok_or(ExtractError::TooLarge)?;
        text.push_str(more);
        self.step()
    }

    /// One more piece was looked at; now and then the clock is, too.
    pub fn step(&mut self) -> Result<(), ExtractError> {
        self.looks += 1;
        if self.looks < LOOK_EVERY {
            return Ok(());
        }
        self.looks = 0;
        self.look()
    }

    fn look(&self) -> Result<(), ExtractError> {
        if Instant::now() >= self.end { Err(ExtractError::Late) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_file_may_hold_some_and_no_file_may_hold_everything() {
        assert_eq!(Bounds::usual(10).inside(), SMALL);
        assert_eq!(Bounds::usual(500_000).inside(), 50_000_000);
        assert_eq!(Bounds::usual(usize::MAX).inside(), LARGE);
        let mut bounds = Bounds::usual(10);
        assert_eq!(bounds.unpacked(SMALL + 1), Err(ExtractError::TooLarge));
        let mut text = String::new();
        assert_eq!(bounds.push(&mut text, &"x".repeat(TEXT + 1)), Err(ExtractError::TooLarge));
        assert!(text.is_empty());
    }

    #[test]
    fn the_clock_is_looked_at() {
        let mut bounds = Bounds { end: Instant::now(), text: TEXT, inside: SMALL, looks: 0 };
        assert!((0..=LOOK_EVERY).any(|_| bounds.step() == Err(ExtractError::Late)));
    }
}
