//! Several instances on one bus. The address of a PostgreSQL comes from `AIRIS_TEST_POSTGRES` (`scripts/postgres.sh`
//! starts one); `redis-server` is started by the tests, with certificates that `openssl` makes. Without them they fail.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test says what went wrong by failing")]

mod encrypted;
mod instances;
mod place;
mod redis_server;
mod redis_trouble;
mod trouble;

use std::time::Duration;

use airis_bus::Bus;
use airis_domain::{Json, RoomEvent};
use tokio::sync::broadcast;

pub const PATIENCE: Duration = Duration::from_secs(60);

pub fn event(room: &str, payload: Json) -> RoomEvent {
    RoomEvent { room: room.to_owned(), event: "events".to_owned(), payload, except: None, trace: None }
}

/// Waits until nobody has anything to complain of any more.
pub async fn all_is_well(instances: &[&Bus]) {
    let well = async {
        while instances.iter().any(|one| one.trouble().is_some()) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let found = tokio::time::timeout(PATIENCE, well).await;
    assert!(found.is_ok(), "{:?}", instances.iter().map(|one| one.trouble()).collect::<Vec<_>>());
}

/// The next message of a channel.
pub async fn heard<T: Clone>(channel: &mut broadcast::Receiver<T>) -> T {
    tokio::time::timeout(PATIENCE, channel.recv()).await.expect("nothing was heard").unwrap()
}
