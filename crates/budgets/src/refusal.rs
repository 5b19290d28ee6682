//! What people hear whose budget is used up.

use airis_domain::{Budget, Measure, NANOS, Period, now};
use airis_store::{Counter, StoreError};

use crate::calendar::{end, written};

/// Seconds after which room that running replies hold may be free.
const MOMENT: u64 = 5;

/// Why a request is not admitted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Refusal {
    /// For the person.
    pub text: String,
    /// Seconds after which there may be room again.
    pub retry_after: u64,
}

/// Why a request cannot be admitted.
#[derive(Debug, thiserror::Error)]
pub enum BudgetError {
    #[error(transparent)]
    Over(#[from] Refusal),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Refusal {
    /// For a reply that outgrew what was held for it while others had the rest.
    pub fn cut(budget: &Budget) -> Self {
        let text = format!(
            "The reply ends here: nothing is left of the budget \"{}\" but what other replies hold.",
            budget.name
        );
        Self { text, retry_after: MOMENT }
    }

    /// `spent` is what is gone for good; where that leaves room, running replies hold it.
    pub fn new(budget: &Budget, counter: &Counter, spent: i64, currency: &str) -> Self {
        let name = &budget.name;
        if spent < budget.amount {
            let text = format!(
                "What is left of the budget \"{name}\" is held by replies that are being written. Try again in a moment."
            );
            return Self { text, retry_after: MOMENT };
        }
        let resets_at = end(budget.period, counter.period_start);
        let period = match budget.period {
            Period::Day => "day",
            Period::Month => "month",
        };
        let text = format!(
            "The budget \"{name}\" is used up: {} of {} {} are spent. It starts anew with the next {period}, at {}.",
            amount(budget.measure, spent),
            amount(budget.measure, budget.amount),
            unit(budget.measure, currency),
            written(resets_at)
        );
        Self { text, retry_after: u64::try_from(resets_at - now()).unwrap_or_default().max(1) }
    }
}

fn unit(measure: Measure, currency: &str) -> &str {
    match measure {
        Measure::Money => currency,
        other => other.as_str(),
    }
}

/// A number as people read it; money with the digits that it needs, two at least.
fn amount(measure: Measure, amount: i64) -> String {
    if measure != Measure::Money {
        return grouped(amount);
    }
    let digits = format!("{:09}", amount % NANOS);
    let needed = digits.trim_end_matches('0').len().max(2);
    format!("{}.{}", grouped(amount / NANOS), &digits[..needed])
}

fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_read_them() {
        assert_eq!(amount(Measure::Tokens, 1_234_567), "1,234,567");
        assert_eq!(amount(Measure::Messages, 100), "100");
        assert_eq!(amount(Measure::Money, 12 * NANOS + NANOS / 2), "12.50");
        assert_eq!(amount(Measure::Money, 1234 * NANOS + 1), "1,234.000000001");
    }
}
