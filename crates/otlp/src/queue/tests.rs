//! The oldest gives way, and whoever waits is woken.

use super::{BATCHES_MAX, BYTES_MAX, Batch, Queue};

fn batch(items: u64, bytes: usize) -> Batch {
    Batch {
        body: vec![0; bytes].into(),
        items,
    }
}

#[tokio::test]
async fn the_oldest_gives_way() {
    let queue = Queue::default();
    for items in 0..BATCHES_MAX as u64 {
        assert_eq!(queue.push(batch(items, 10)), 0);
    }
    assert_eq!(queue.push(batch(100, 10)), 0, "the first had no items");
    assert_eq!(queue.push(batch(101, 10)), 1);
    assert_eq!(queue.held(), (BATCHES_MAX, 10 * BATCHES_MAX));
    assert_eq!(queue.pop().await.unwrap().items, 2);
    // Bytes count, too.
    let most = BYTES_MAX - 10;
    let left: u64 = (3..BATCHES_MAX as u64).sum::<u64>() + 100;
    assert_eq!(queue.push(batch(7, most)), left);
    assert_eq!(queue.held(), (2, BYTES_MAX));
    assert_eq!(
        queue.push(batch(9, BYTES_MAX + 1)),
        101 + 7 + 9,
        "too large by itself"
    );
    assert_eq!(queue.held(), (0, 0));
}

#[tokio::test]
async fn what_is_left_is_given_after_the_end() {
    let queue = Queue::default();
    queue.push(batch(1, 5));
    queue.push(batch(2, 5));
    queue.close();
    assert_eq!(queue.pop().await.unwrap().items, 1);
    assert_eq!(queue.clear(), 2);
    assert!(queue.pop().await.is_none() && queue.pop().await.is_none());
}

#[tokio::test]
async fn who_waits_is_woken() {
    let queue = std::sync::Arc::new(Queue::default());
    let waiting = std::sync::Arc::clone(&queue);
    let popped = tokio::spawn(async move {
        let first = waiting.pop().await.map(|batch| batch.items);
        (first, waiting.pop().await.is_none())
    });
    tokio::task::yield_now().await;
    queue.push(batch(3, 1));
    tokio::task::yield_now().await;
    queue.close();
    assert_eq!(popped.await.unwrap(), (Some(3), true));
}
