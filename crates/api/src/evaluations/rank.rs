//! Which model is better, by Elo's arithmetic: every sibling of a judged reply is an opponent it won or lost against.

use std::collections::{BTreeMap, HashMap};

use airis_domain::Vote;
use serde::Serialize;
use utoipa::ToSchema;

/// What every model begins with, and the most that one comparison moves.
const BEGIN: f64 = 1000.0;
const STEP: f64 = 32.0;
/// So much stronger means winning ten times as often.
const SCALE: f64 = 400.0;
/// Tags shown with a model.
const TOP_TAGS: usize = 5;

/// A model's place.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct LeaderboardEntry {
    pub model_id: String,
    pub rating: i64,
    /// Comparisons won, lost, and both together.
    pub won: i64,
    pub lost: i64,
    pub count: i64,
    /// What it was compared on most.
    #[schema(value_type = Vec<Object>)]
    pub top_tags: Vec<TopTag>,
}

/// A tag, and how many comparisons had it.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct TopTag {
    pub tag: String,
    pub count: i64,
}

#[derive(Default)]
struct Standing<'a> {
    /// Above or below the beginning.
    gained: f64,
    won: i64,
    lost: i64,
    tags: BTreeMap<&'a str, i64>,
}

/// Models that were compared, best first. With a query, only votes count whose tags have one of its words in them.
pub fn rank(votes: &[Vote], query: Option<&str>) -> Vec<LeaderboardEntry> {
    let words: Vec<String> = query.unwrap_or_default().split_whitespace().map(str::to_lowercase).collect();
    let meant = |vote: &&Vote| {
        let tags: Vec<String> = vote.tags.iter().map(|tag| tag.to_lowercase()).collect();
        words.is_empty() || tags.iter().any(|tag| words.iter().any(|word| tag.contains(word)))
    };
    let mut models: HashMap<&str, Standing> = HashMap::new();
    for vote in votes.iter().filter(meant) {
        for sibling in &vote.siblings {
            let (winner, loser) = if vote.won { (&vote.model, sibling) } else { (sibling, &vote.model) };
            let gained = |model: &str| models.get(model).map_or(0.0, |standing| standing.gained);
            let expected = 1.0 / (1.0 + 10_f64.powf((gained(loser) - gained(winner)) / SCALE));
            let moved = STEP * (1.0 - expected);
            for (model, gain, won) in [(winner, moved, true), (loser, -moved, false)] {
                let standing = models.entry(model).or_default();
                standing.gained += gain;
                standing.won += i64::from(won);
                standing.lost += i64::from(!won);
                for tag in &vote.tags {
                    *standing.tags.entry(tag).or_default() += 1;
                }
            }
        }
    }
    let mut entries: Vec<LeaderboardEntry> =
        models.into_iter().map(|(model, standing)| entry(model, standing)).collect();
    entries.sort_by(|a, b| b.rating.cmp(&a.rating).then_with(|| a.model_id.cmp(&b.model_id)));
    entries
}

fn entry(model: &str, standing: Standing) -> LeaderboardEntry {
    let mut tags: Vec<TopTag> =
        standing.tags.into_iter().map(|(tag, count)| TopTag { tag: tag.to_owned(), count }).collect();
    tags.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.tag.cmp(&b.tag)));
    tags.truncate(TOP_TAGS);
    #[expect(clippy::cast_possible_truncation, reason = "ratings stay in the thousands")]
    let rating = (BEGIN + standing.gained).round() as i64;
    LeaderboardEntry {
        model_id: model.to_owned(),
        rating,
        won: standing.won,
        lost: standing.lost,
        count: standing.won + standing.lost,
        top_tags: tags,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vote(model: &str, won: bool, siblings: &[&str], tags: &[&str]) -> Vote {
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        Vote { model: model.to_owned(), won, siblings: texts(siblings), tags: texts(tags) }
    }

    #[test]
    fn equals_share_the_step_and_a_surprise_moves_more() {
        let once = rank(&[vote("a", true, &["b"], &[])], None);
        let short: Vec<_> =
            once.iter().map(|entry| (entry.model_id.as_str(), entry.rating, entry.won, entry.lost)).collect();
        assert_eq!(short, [("a", 1016, 1, 0), ("b", 984, 0, 1)]);
        let votes = [vote("a", true, &["b"], &[]), vote("b", true, &["a"], &[])];
        let back = rank(&votes, None);
        assert_eq!(back[0].model_id, "b");
        assert!(back[0].rating > 1000, "the weaker one gains more than it lost: {back:?}");
        assert_eq!(back.iter().map(|entry| entry.rating).sum::<i64>(), 2000);
    }

    #[test]
    fn a_vote_against_a_model_is_one_for_each_of_its_siblings() {
        let entries = rank(&[vote("a", false, &["b", "c"], &[])], None);
        let lost = entries.iter().find(|entry| entry.model_id == "a").map(|entry| (entry.won, entry.lost, entry.count));
        assert_eq!(lost, Some((0, 2, 2)));
        assert_eq!(entries.iter().filter(|entry| entry.won == 1).count(), 2);
    }

    #[test]
    fn votes_without_siblings_compare_nothing() {
        assert!(rank(&[vote("a", true, &[], &["x"])], None).is_empty());
    }

    #[test]
    fn a_query_chooses_by_tags_and_the_commonest_come_first() {
        let votes = [
            vote("a", true, &["b"], &["Rust code", "science"]),
            vote("a", true, &["b"], &["science"]),
            vote("c", true, &["b"], &["poems"]),
        ];
        assert!(rank(&votes, Some("RUST other")).iter().all(|entry| entry.count == 1 && entry.model_id != "c"));
        let all = rank(&votes, Some(" "));
        let of_a = all.iter().filter(|entry| entry.model_id == "a").flat_map(|entry| &entry.top_tags);
        let counts: Vec<_> = of_a.map(|tag| (tag.tag.as_str(), tag.count)).collect();
        assert_eq!(counts, [("science", 2), ("Rust code", 1)]);
        assert!(rank(&votes, Some("nothing")).is_empty());
    }
}
