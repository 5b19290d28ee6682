//! What administrators send about budgets.

use airis_domain::{Measure, NANOS, Period, Subject};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::{ApiError, Result};

/// Characters of a name.
const LONGEST_NAME: usize = 100;
/// Characters of an id.
const LONGEST_ID: usize = 256;
/// Most messages or tokens.
const MOST: f64 = 1e15;
/// Most money, in whole units: the sum must be countable in billionths.
const MOST_MONEY: f64 = 1e9;

/// Whose requests are counted.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SubjectName {
    Everyone,
    User,
    Group,
    Key,
}

/// What is counted.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MeasureName {
    Messages,
    Tokens,
    Money,
}

/// How long a budget lasts, by the calendar in UTC.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PeriodName {
    Day,
    Month,
}

macro_rules! same {
    ($here:ident $there:ident: $($variant:ident),+) => {
        impl From<$here> for $there {
            fn from(name: $here) -> Self {
                match name { $($here::$variant => Self::$variant),+ }
            }
        }

        impl From<$there> for $here {
            fn from(name: $there) -> Self {
                match name { $($there::$variant => Self::$variant),+ }
            }
        }
    };
}

same!(SubjectName Subject: Everyone, User, Group, Key);
same!(MeasureName Measure: Messages, Tokens, Money);
same!(PeriodName Period: Day, Month);

/// A new budget.
#[derive(Debug, Deserialize, ToSchema)]
pub struct BudgetForm {
    pub name: String,
    pub subject: SubjectName,
    /// A person, a group, or the person whose key it is; left out for everyone, and for the keys of all.
    #[serde(default)]
    pub subject_id: Option<String>,
    /// Counts only this model.
    #[serde(default)]
    pub model_id: Option<String>,
    /// All whom it counts together; otherwise each for themselves.
    #[serde(default)]
    pub shared: Option<bool>,
    pub measure: MeasureName,
    pub period: PeriodName,
    /// Messages, tokens, or units of the currency.
    pub amount: f64,
    /// From this share of the amount on people are warned; 100 warns nobody.
    #[serde(default)]
    pub warn_percent: Option<i64>,
    #[serde(default)]
    pub is_active: Option<bool>,
}

/// What changes in a budget; what is left out stays. What it counts stays in any case.
#[derive(Debug, Deserialize, ToSchema)]
pub struct BudgetUpdateForm {
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub amount: Option<f64>,
    #[serde(default)]
    pub warn_percent: Option<i64>,
    #[serde(default)]
    pub is_active: Option<bool>,
}

/// The name without space around it.
pub fn name(sent: &str) -> Result<String> {
    let name = sent.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(ApiError::bad_request(format!("The name of a budget has 1 to {LONGEST_NAME} signs")));
    }
    Ok(name.to_owned())
}

/// An id that may name something.
pub fn id(sent: &str) -> Result<String> {
    if sent.is_empty() || sent.chars().count() > LONGEST_ID || sent.contains('\0') {
        return Err(ApiError::bad_request(format!("An id has 1 to {LONGEST_ID} signs")));
    }
    Ok(sent.to_owned())
}

/// The amount in the unit that is counted.
pub fn amount(measure: Measure, sent: f64) -> Result<i64> {
    let refuse = |text: String| Err(ApiError::bad_request(text));
    if measure == Measure::Money {
        if !(0.0..=MOST_MONEY).contains(&sent) {
            return refuse(format!("An amount of money is 0 to {MOST_MONEY}"));
        }
        return Ok((sent * NANOS as f64).round() as i64);
    }
    if !(0.0..=MOST).contains(&sent) || sent.fract() != 0.0 {
        return refuse(format!("A number of {} is whole, and 0 to {MOST}", measure.as_str()));
    }
    Ok(sent as i64)
}

/// The share from which on people are warned.
pub fn warn_percent(sent: i64) -> Result<i64> {
    if (1..=100).contains(&sent) {
        return Ok(sent);
    }
    Err(ApiError::bad_request("warn_percent is 1 to 100"))
}
