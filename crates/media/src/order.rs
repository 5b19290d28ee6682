//! What is wanted of an engine: as it was sent, and checked with what the settings add.

use crate::engines::Setup;
use crate::picture::Picture;
use crate::{ImageError, Result};

/// Characters of a description.
const LONGEST: usize = 32_000;
/// Pictures of one request.
pub const MOST: usize = 10;
const MOST_STEPS: i64 = 1_000;
/// Pixels of a side.
const SIDES: std::ops::RangeInclusive<u32> = 16..=16_384;

/// A wish as somebody sent it. What is not said, the settings say.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    pub prompt: String,
    pub model: Option<String>,
    pub size: Option<String>,
    pub count: Option<i64>,
    pub steps: Option<i64>,
    /// What is not to be seen.
    pub negative: Option<String>,
    pub background: Option<String>,
}

/// A wish that makes sense.
#[derive(Clone, Debug)]
pub struct Order {
    pub prompt: String,
    /// Empty: what the engine has.
    pub model: String,
    pub size: Size,
    pub count: usize,
    pub steps: Option<i64>,
    pub negative: Option<String>,
    pub background: Option<String>,
    /// Pictures to be changed.
    pub sources: Vec<Picture>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// Nothing is said of it.
    Unsaid,
    /// The model is to choose.
    Auto,
    /// Width and height.
    Pixels(u32, u32),
}

impl Size {
    /// Reads `512x512`, `auto`, or nothing.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        if text.is_empty() {
            return Some(Self::Unsaid);
        }
        if text == "auto" {
            return Some(Self::Auto);
        }
        let (width, height) = text.split_once('x')?;
        let side = |text: &str| text.parse::<u32>().ok().filter(|side| SIDES.contains(side));
        Some(Self::Pixels(side(width)?, side(height)?))
    }

    pub fn pixels(self) -> Option<(u32, u32)> {
        match self {
            Self::Pixels(width, height) => Some((width, height)),
            _ => None,
        }
    }
}

/// Whether a text is a size that pictures can have.
pub fn is_size(text: &str) -> bool {
    Size::parse(text).is_some()
}

impl Order {
    pub fn of(setup: &Setup<'_>, wish: Wish) -> Result<Self> {
        let refused = |text: &str| Err(ImageError::Refused(text.to_owned()));
        let filled = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        let prompt = wish.prompt.trim().to_owned();
        if prompt.is_empty() {
            return refused("Nothing says what the picture is to show");
        }
        if prompt.chars().count() > LONGEST {
            return refused("The description of the picture is longer than 32,000 characters");
        }
        let Some(count) = usize::try_from(wish.count.unwrap_or(1)).ok().filter(|count| (1..=MOST).contains(count))
        else {
            return refused("One request makes 1 to 10 pictures");
        };
        let steps = wish.steps.filter(|steps| *steps != 0);
        if steps.is_some_and(|steps| !(1..=MOST_STEPS).contains(&steps)) {
            return refused("A picture takes 1 to 1,000 steps");
        }
        let size = filled(wish.size).unwrap_or_else(|| setup.text("size"));
        let Some(size) = Size::parse(&size) else {
            return refused("The size of a picture is written as width and height, such as 512x512, or auto");
        };
        let set = setup.int("steps").filter(|steps| (1..=MOST_STEPS).contains(steps));
        Ok(Self {
            prompt,
            model: filled(wish.model).map_or_else(|| setup.text("model"), |model| model.trim().to_owned()),
            size,
            count,
            steps: steps.or(set),
            negative: filled(wish.negative),
            background: filled(wish.background),
            sources: Vec::new(),
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use airis_config::Config;
    use airis_outbound::Outbound;

    use super::*;
    use crate::engines::Purpose;

    #[test]
    fn sizes_are_two_sides_auto_or_nothing() {
        assert_eq!(Size::parse("512x768"), Some(Size::Pixels(512, 768)));
        assert_eq!(Size::parse(" AUTO "), Some(Size::Auto));
        assert_eq!(Size::parse(""), Some(Size::Unsaid));
        for wrong in ["512", "x", "0x5", "-1x512", "512x512x512", "1e9x512", "999999x512", "wide"] {
            assert_eq!(Size::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn settings_say_what_a_wish_does_not_and_nonsense_is_refused() {
        let env = |name: &str| (name == "IMAGE_GENERATION_MODEL").then(|| "m".to_owned());
        let (config, outbound) = (Config::from_env(&env).unwrap(), Outbound::new());
        let setup = Setup::new(&config, &outbound, Purpose::Make);
        let of = |wish: Wish| Order::of(&setup, wish);
        let cat = Wish { prompt: " a cat ".to_owned(), ..Wish::default() };
        let order = of(cat.clone()).unwrap();
        assert_eq!((order.prompt.as_str(), order.model.as_str(), order.count), ("a cat", "m", 1));
        assert_eq!((order.size, order.steps), (Size::Pixels(512, 512), Some(50)));
        let own = Wish { model: Some("n".to_owned()), size: Some("64x32".to_owned()), steps: Some(3), ..cat.clone() };
        let order = of(own).unwrap();
        assert_eq!((order.model.as_str(), order.size, order.steps), ("n", Size::Pixels(64, 32), Some(3)));
        for wrong in [
            Wish::default(),
            Wish { prompt: "x".repeat(LONGEST + 1), ..Wish::default() },
            Wish { count: Some(0), ..cat.clone() },
            Wish { count: Some(11), ..cat.clone() },
            Wish { count: Some(-1), ..cat.clone() },
            Wish { steps: Some(-1), ..cat.clone() },
            Wish { steps: Some(i64::MAX), ..cat.clone() },
            Wish { size: Some("big".to_owned()), ..cat.clone() },
        ] {
            assert!(matches!(of(wrong), Err(ImageError::Refused(_))));
        }
    }
}
