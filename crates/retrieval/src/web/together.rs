//! Several calls to the outside at once, and not too many.

use std::future::Future;

use tokio::task::JoinSet;

/// Does all jobs, at most `most` at a time; what came of each, in their order. What is dropped ends them.
pub async fn together<T, F>(most: usize, jobs: Vec<F>) -> Vec<Option<T>>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let mut waiting = jobs.into_iter().enumerate();
    let mut running = JoinSet::new();
    let mut done = Vec::new();
    loop {
        while running.len() < most.max(1)
            && let Some((at, job)) = waiting.next()
        {
            done.push(None);
            running.spawn(async move { (at, job.await) });
        }
        match running.join_next().await {
            Some(Ok((at, outcome))) => {
                if let Some(place) = done.get_mut(at) {
                    *place = Some(outcome);
                }
            }
            Some(Err(error)) => tracing::error!(%error, "a call to the web broke"),
            None => return done,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn no_more_than_so_many_run_at_once_and_each_keeps_its_place() {
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let jobs = (0..7_u64).map(|number| {
            let (now, most) = (now.clone(), most.clone());
            async move {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(10 * (7 - number))).await;
                now.fetch_sub(1, Ordering::SeqCst);
                number
            }
        });
        let done: Vec<u64> = together(3, jobs.collect()).await.into_iter().flatten().collect();
        assert_eq!(done, [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(most.load(Ordering::SeqCst), 3);
    }
}
