//! What moves as a whole, on SQLite and on PostgreSQL. The latter's address comes from `AIRIS_TEST_POSTGRES`
//! (`scripts/postgres.sh` starts one); without it these tests fail.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test says what went wrong by failing")]

mod backup;
mod every_table;
mod fixture;
mod import;
mod moving;
mod odd_imports;
