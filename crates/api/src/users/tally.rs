//! Adds somebody's messages up. Days are those of UTC, and begin weeks on Mondays.

use std::collections::{BTreeMap, HashMap, HashSet};

use airis_domain::Json;
use airis_store::UsedMessage;

use super::usage::{
    UserUsageHeatmapEntry as Entry, UserUsageInsights as Insights, UserUsageModelEntry as ModelEntry,
    UserUsageToolEntry as ToolEntry, UserUsageTotals as Totals,
};

/// Seconds of a day.
pub const DAY: i64 = 86_400;
/// How many models and tools are named.
const TOP: usize = 10;

/// The day that a time lies in, counted from 1970.
pub fn day_of(seconds: i64) -> i64 {
    seconds.div_euclid(DAY)
}

/// Tokens of a message: asked, answered, both.
fn tokens(message: &UsedMessage) -> [i64; 3] {
    let Some(usage) = &message.usage else { return [0; 3] };
    let number = |names: [&str; 2]| names.iter().find_map(|name| usage[*name].as_i64()).unwrap_or(0).max(0);
    let (input, output) = (number(["input_tokens", "prompt_tokens"]), number(["output_tokens", "completion_tokens"]));
    let total = usage.get("total_tokens").and_then(Json::as_i64).unwrap_or(input.saturating_add(output)).max(0);
    [input, output, total]
}

/// All tokens of these messages.
pub fn all_tokens(messages: &[UsedMessage]) -> i64 {
    messages.iter().fold(0, |sum, message| sum.saturating_add(tokens(message)[2]))
}

/// What a span of time holds.
#[derive(Default)]
struct Sum<'a> {
    messages: i64,
    tokens: i64,
    chats: HashSet<&'a str>,
    models: BTreeMap<String, i64>,
}

impl<'a> Sum<'a> {
    fn add(&mut self, message: &'a UsedMessage) {
        self.messages += 1;
        self.tokens = self.tokens.saturating_add(tokens(message)[2]);
        self.chats.insert(&message.chat_id);
        if let Some(model) = asked_model(message) {
            *self.models.entry(model.to_owned()).or_default() += 1;
        }
    }

    fn entry(&self, day: i64) -> Entry {
        let time = jiff::Timestamp::from_second(day.saturating_mul(DAY));
        Entry {
            date: time.map(|time| time.strftime("%Y-%m-%d").to_string()).unwrap_or_default(),
            messages: self.messages,
            chats: count(self.chats.len()),
            tokens: self.tokens,
            models: self.models.clone(),
        }
    }
}

/// The model behind a reply.
fn asked_model(message: &UsedMessage) -> Option<&str> {
    message.model.as_deref().filter(|model| message.role == "assistant" && !model.is_empty())
}

/// One entry per day; with `week`, per week; with `running`, each entry holds all that came before it, too.
pub fn heatmap(messages: &[UsedMessage], first: i64, last: i64, week: bool, running: bool) -> Vec<Entry> {
    let place = |day: i64| if week { day - (day + 3).rem_euclid(7) } else { day };
    let step = if week { 7 } else { 1 };
    let mut rest = messages.iter().peekable();
    let (mut entries, mut sum, mut at) = (Vec::new(), Sum::default(), place(first));
    while at <= last {
        while let Some(message) = rest.next_if(|message| place(day_of(message.timestamp)) <= at) {
            sum.add(message);
        }
        entries.push(sum.entry(at));
        if !running {
            sum = Sum::default();
        }
        at += step;
    }
    entries
}

/// Everything of a period in one row of numbers. `last` is the day that streaks are counted back from.
pub fn totals(messages: &[UsedMessage], lifetime_tokens: i64, last: i64) -> Totals {
    let mut totals = Totals { lifetime_tokens, ..Totals::default() };
    let mut days: BTreeMap<i64, i64> = BTreeMap::new();
    let mut chats: HashMap<&str, (i64, i64)> = HashMap::new();
    for message in messages {
        let [input, output, total] = tokens(message);
        totals.input_tokens = totals.input_tokens.saturating_add(input);
        totals.output_tokens = totals.output_tokens.saturating_add(output);
        let day = days.entry(day_of(message.timestamp)).or_default();
        *day = day.saturating_add(total);
        let span = chats.entry(&message.chat_id).or_insert((message.timestamp, message.timestamp));
        *span = (span.0.min(message.timestamp), span.1.max(message.timestamp));
        totals.messages += 1;
        totals.user_messages += i64::from(message.role == "user");
        totals.assistant_messages += i64::from(message.role == "assistant");
    }
    totals.peak_daily_tokens = days.values().copied().max().unwrap_or(0);
    totals.longest_chat_seconds = chats.values().map(|(begin, end)| end - begin).max().unwrap_or(0);
    (totals.current_streak, totals.longest_streak) = streaks(days.keys().copied(), last);
    totals.total_chats = count(chats.len());
    totals.active_days = count(days.len());
    totals.models_used = count(messages.iter().filter_map(asked_model).collect::<HashSet<_>>().len());
    totals
}

/// Days in a row up to `last` (or the day before: today may still come), and the most days in a row. `days` grow.
fn streaks(days: impl Iterator<Item = i64>, last: i64) -> (i64, i64) {
    let (mut longest, mut row, mut before) = (0, 0, None);
    for day in days {
        row = if before == Some(day - 1) { row + 1 } else { 1 };
        longest = longest.max(row);
        before = Some(day);
    }
    (if before.is_some_and(|day| day >= last - 1) { row } else { 0 }, longest)
}

/// The models that wrote most.
pub fn top_models(messages: &[UsedMessage]) -> Vec<ModelEntry> {
    let mut models: BTreeMap<&str, ModelEntry> = BTreeMap::new();
    for message in messages {
        let Some(model) = asked_model(message) else { continue };
        let entry =
            models.entry(model).or_insert_with(|| ModelEntry { model_id: model.to_owned(), ..ModelEntry::default() });
        let [input, output, total] = tokens(message);
        entry.messages += 1;
        entry.input_tokens = entry.input_tokens.saturating_add(input);
        entry.output_tokens = entry.output_tokens.saturating_add(output);
        entry.total_tokens = entry.total_tokens.saturating_add(total);
    }
    let mut list: Vec<ModelEntry> = models.into_values().collect();
    list.sort_by_key(|entry| std::cmp::Reverse(entry.messages));
    list.truncate(TOP);
    list
}

/// The tools that were called most.
pub fn top_tools(called: Vec<String>) -> Vec<ToolEntry> {
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    for name in called {
        *counts.entry(name).or_default() += 1;
    }
    let mut list: Vec<ToolEntry> = counts.into_iter().map(|(name, count)| ToolEntry { name, count }).collect();
    list.sort_by_key(|entry| std::cmp::Reverse(entry.count));
    list.truncate(TOP);
    list
}

/// What the totals say in proportion. Shares are fractions of one.
pub fn insights(totals: &Totals, messages: &[UsedMessage], top: &[ModelEntry]) -> Insights {
    Insights {
        most_used_model: top.first().map(|entry| entry.model_id.clone()),
        average_tokens_per_chat: ratio(all_tokens(messages), totals.total_chats),
        average_messages_per_active_day: ratio(totals.messages, totals.active_days),
        user_message_share: ratio(totals.user_messages, totals.messages),
        assistant_message_share: ratio(totals.assistant_messages, totals.messages),
    }
}

fn ratio(part: i64, whole: i64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn message(day: i64, second: i64, chat: &str, role: &str, total: i64) -> UsedMessage {
        UsedMessage {
            chat_id: chat.to_owned(),
            role: role.to_owned(),
            model: Some("m".to_owned()),
            usage: (total > 0).then(|| json!({"prompt_tokens": 1, "completion_tokens": total - 1})),
            timestamp: day * DAY + second,
        }
    }

    #[test]
    fn a_heatmap_has_every_day_and_weeks_begin_on_mondays() {
        // 2024-01-03 was a Wednesday.
        let first = 19_725;
        let messages = [
            message(first, 5, "a", "user", 0),
            message(first, 9, "a", "assistant", 4),
            message(first + 6, 0, "b", "assistant", 2),
        ];
        let days = heatmap(&messages, first, first + 6, false, false);
        assert_eq!((days.len(), days[0].date.as_str(), days[6].date.as_str()), (7, "2024-01-03", "2024-01-09"));
        assert_eq!((days[0].messages, days[0].chats, days[0].tokens, days[0].models["m"]), (2, 1, 4, 1));
        assert_eq!((days[1].messages, days[1].models.len(), days[6].tokens), (0, 0, 2));
        let weeks = heatmap(&messages, first, first + 6, true, false);
        let line: Vec<_> = weeks.iter().map(|week| (week.date.as_str(), week.messages)).collect();
        assert_eq!(line, [("2024-01-01", 2), ("2024-01-08", 1)]);
        let growing = heatmap(&messages, first, first + 6, false, true);
        assert_eq!((growing[5].tokens, growing[6].tokens, growing[6].chats), (4, 6, 2));
    }

    #[test]
    fn a_streak_lasts_until_a_whole_day_is_missed() {
        assert_eq!(streaks([1, 2, 3, 5, 6].into_iter(), 6), (2, 3));
        assert_eq!(streaks([1, 2, 3, 5, 6].into_iter(), 7), (2, 3));
        assert_eq!(streaks([1, 2, 3, 5, 6].into_iter(), 8), (0, 3));
        assert_eq!(streaks(std::iter::empty(), 8), (0, 0));
    }

    #[test]
    fn totals_and_shares_fit_together() {
        let messages = [
            message(1, 0, "a", "user", 0),
            message(1, 60, "a", "assistant", 10),
            message(2, 0, "b", "user", 0),
            message(2, 30, "b", "assistant", 30),
        ];
        let totals = totals(&messages, 99, 2);
        assert_eq!((totals.lifetime_tokens, totals.input_tokens, totals.output_tokens), (99, 2, 38));
        assert_eq!((totals.peak_daily_tokens, totals.longest_chat_seconds, totals.total_chats), (30, 60, 2));
        assert_eq!((totals.messages, totals.active_days, totals.models_used, totals.current_streak), (4, 2, 1, 2));
        let top = top_models(&messages);
        assert_eq!((top.len(), top[0].messages, top[0].total_tokens), (1, 2, 40));
        let insights = insights(&totals, &messages, &top);
        assert_eq!((insights.average_tokens_per_chat, insights.user_message_share), (20.0, 0.5));
        let tools = top_tools(vec!["b".to_owned(), "a".to_owned(), "b".to_owned()]);
        assert_eq!(tools.iter().map(|tool| (tool.name.as_str(), tool.count)).collect::<Vec<_>>(), [("b", 2), ("a", 1)]);
    }
}
