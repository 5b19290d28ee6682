//! What people may spend: limits, prices, and the days and months that they are counted in.

use crate::UserId;

/// Billionths of the currency: what money is counted in, so that a single token has a whole number as its price.
pub const NANOS: i64 = 1_000_000_000;

/// Whose requests a budget counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    Everyone,
    User,
    /// Members of a group and of those below it.
    Group,
    /// Requests that come with a person's API key.
    Key,
}

/// What a budget counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Replies that were asked for; small jobs around a chat are none.
    Messages,
    /// Of questions and replies together.
    Tokens,
    /// In [`NANOS`] of the currency that prices are in.
    Money,
}

/// How long a budget lasts, by the calendar in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    Day,
    Month,
}

macro_rules! words {
    ($kind:ident: $($variant:ident $word:literal),+) => {
        impl $kind {
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            pub fn parse(text: &str) -> Option<Self> {
                match text { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

words!(Subject: Everyone "everyone", User "user", Group "group", Key "key");
words!(Measure: Messages "messages", Tokens "tokens", Money "money");
words!(Period: Day "day", Month "month");

/// A limit. Times are seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    pub id: String,
    pub name: String,
    pub subject: Subject,
    /// A person, a group, or the person whose key it is. `None` for everyone, and for the keys of all.
    pub subject_id: Option<String>,
    /// Counts only this model: as people pick it, or the one that answers for it.
    pub model_id: Option<String>,
    /// All whom it counts together; otherwise each for themselves.
    pub shared: bool,
    pub measure: Measure,
    pub period: Period,
    /// In the measure's unit.
    pub amount: i64,
    /// People are warned from this share of the amount on; 100 warns nobody.
    pub warn_percent: i64,
    pub is_active: bool,
    pub created_at: i64,
    pub updated_at: i64,
}

impl Budget {
    /// Whether it counts a request of `user`, who is in `groups`, to a model that goes by these names.
    pub fn counts(&self, user: &UserId, by_key: bool, groups: &[String], models: &[&str]) -> bool {
        self.is_active
            && self.concerns(user, groups)
            && (self.subject != Subject::Key || by_key)
            && self.model_id.as_deref().is_none_or(|model| models.contains(&model))
    }

    /// Whether requests of this person may be counted at all.
    pub fn concerns(&self, user: &UserId, groups: &[String]) -> bool {
        let id = self.subject_id.as_deref();
        match self.subject {
            Subject::Everyone => true,
            Subject::User => id == Some(user.as_str()),
            Subject::Group => id.is_some_and(|id| groups.iter().any(|group| group == id)),
            Subject::Key => id.is_none_or(|id| id == user.as_str()),
        }
    }

    /// Under whose name it counts: nobody's where all spend together.
    pub fn holder<'a>(&self, user: &'a UserId) -> &'a str {
        if self.shared { "" } else { user.as_str() }
    }
}

/// What a model costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    pub model_id: String,
    /// Millionths of the currency for a million tokens, as the next.
    pub input: i64,
    pub output: i64,
    /// Whether people read what a reply of this model cost.
    pub shown: bool,
}

impl Price {
    /// What so many tokens cost, in [`NANOS`], rounded up.
    pub fn of(&self, input: i64, output: i64) -> i64 {
        // A millionth for a million tokens is a thousandth of a billionth for one.
        let thousandths = i128::from(self.input) * i128::from(input) + i128::from(self.output) * i128::from(output);
        i64::try_from((thousandths + 999) / 1000).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_token_has_a_price() {
        let price = Price { model_id: "m".to_owned(), input: 150_000, output: 600_000, shown: true };
        assert_eq!(price.of(1, 0), 150);
        assert_eq!(price.of(1_000_000, 1_000_000), NANOS * 3 / 4);
        assert_eq!(Price { input: 1, ..price.clone() }.of(1, 0), 1, "nothing is free by rounding");
        assert_eq!(Price { input: i64::MAX, ..price }.of(i64::MAX, 0), i64::MAX);
    }

    #[test]
    fn a_budget_counts_whom_and_what_it_names() {
        let budget = Budget {
            id: "b".to_owned(),
            name: "b".to_owned(),
            subject: Subject::Group,
            subject_id: Some("g".to_owned()),
            model_id: Some("m".to_owned()),
            shared: false,
            measure: Measure::Tokens,
            period: Period::Day,
            amount: 1,
            warn_percent: 80,
            is_active: true,
            created_at: 0,
            updated_at: 0,
        };
        let (ada, groups) = (UserId::from("ada"), ["g".to_owned()]);
        assert!(budget.counts(&ada, false, &groups, &["custom", "m"]));
        assert!(!budget.counts(&ada, false, &[], &["m"]));
        assert!(!budget.counts(&ada, false, &groups, &["other"]));
        let key = Budget { subject: Subject::Key, subject_id: None, ..budget };
        assert!(key.counts(&ada, true, &[], &["m"]) && !key.counts(&ada, false, &[], &["m"]));
        assert_eq!((key.holder(&ada), Budget { shared: true, ..key }.holder(&ada)), ("ada", ""));
    }
}
