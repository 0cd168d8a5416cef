//! Buffers come back, and never too many.

use super::{BufferPool, CLASSES};

#[test]
fn a_buffer_is_used_again_once_its_last_slice_is_gone() {
    let pool = BufferPool::new();
    let mut buffer = pool.take(70_000);
    buffer.space()[0] = 7;
    let bytes = buffer.into_bytes(70_000);
    let slice = bytes.slice(1..10);
    let address = bytes.as_ptr();
    drop(bytes);
    assert_ne!(pool.take(70_000).into_bytes(1).as_ptr(), address);
    drop(slice);
    let again = pool.take(200_000).into_bytes(200_000);
    assert_eq!(again.as_ptr(), address);
    assert_eq!(again[0], 7);
}

#[test]
fn small_and_huge_buffers_are_exact_and_not_kept() {
    let pool = BufferPool::new();
    for bytes in [0, 1, 16_000, (1 << 20) + 1] {
        let mut buffer = pool.take(bytes);
        assert_eq!(buffer.space().len(), bytes);
        drop(buffer.into_bytes(bytes));
    }
    assert!(
        pool.idle
            .iter()
            .all(|class| class.lock().unwrap().is_empty())
    );
}

#[test]
fn idle_buffers_are_bounded() {
    let pool = BufferPool::new();
    let many: Vec<_> = (0..100).map(|_| pool.take(1 << 20)).collect();
    drop(many);
    assert_eq!(pool.idle[2].lock().unwrap().len(), CLASSES[2].1);
}
