//! Which traces are kept.

use airis_config::Sampler;

use crate::trace::Context;

/// Whether a span is kept that begins below `parent`, or begins its trace.
pub(crate) fn keeps(sampler: Sampler, trace: u128, parent: Option<Context>) -> bool {
    match parent {
        Some(parent) if sampler.parent_based => parent.sampled,
        _ => within(sampler.ratio, trace),
    }
}

/// The lower half of a trace's id is random: everybody who keeps the same part keeps the same traces.
fn within(ratio: f64, trace: u128) -> bool {
    /// 2 to the power of 63.
    const ALL: f64 = 9_223_372_036_854_775_808.0;
    let lower = trace as u64 >> 1;
    ratio >= 1.0 || (lower as f64) < ratio * ALL
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_decides_where_it_is_asked() {
        let parent = |sampled| Some(Context { trace: 1, span: 1, sampled });
        let all = Sampler { parent_based: true, ratio: 1.0 };
        assert!(keeps(all, 1, None) && keeps(all, 1, parent(true)) && !keeps(all, 1, parent(false)));
        let none = Sampler { parent_based: true, ratio: 0.0 };
        assert!(!keeps(none, 1, None) && keeps(none, 1, parent(true)));
        let alone = Sampler { parent_based: false, ratio: 1.0 };
        assert!(keeps(alone, 1, parent(false)));
    }

    #[test]
    fn a_part_is_that_part_of_all_traces() {
        let kept = (0..1000_u128).filter(|step| within(0.25, step * (u128::from(u64::MAX) / 1000))).count();
        assert_eq!(kept, 250);
        assert!(!within(0.0, 0) && within(1.0, u128::MAX));
    }
}
