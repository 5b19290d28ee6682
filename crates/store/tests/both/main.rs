//! Every promise of the store, on SQLite and on PostgreSQL. The latter's address comes from `AIRIS_TEST_POSTGRES`
//! (`scripts/postgres.sh` starts one); without it these tests fail.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test says what went wrong by failing")]

mod accounts;
mod budgets;
mod chat_search;
mod chats;
mod evaluations;
mod event_hooks;
mod files;
mod fixture;
mod fleet;
mod groups;
mod identities;
mod ingestion;
mod knowledge;
mod large;
mod memories;
mod notes;
mod opening;
mod prompts;
mod races;
mod second_factor;
mod shared_chats;
mod tool_sign_ins;
mod turns;
mod uploads;
mod usage;
