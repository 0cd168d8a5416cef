//! Tasks and threads with names, so that a panic in the log says whose it was.
//!
//! Who spawns keeps the handle: nothing here runs detached on purpose.

use std::future::Future;
use std::io;
use tokio::task::JoinHandle;

tokio::task_local! {
    static TASK_NAME: &'static str;
}

/// Runs `future` on the current runtime under a name.
pub fn task<F>(name: &'static str, future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    tokio::spawn(TASK_NAME.scope(name, future))
}

/// Starts an operating-system thread under a name (the kernel shows its first 15 bytes).
pub fn thread<F, T>(name: &str, body: F) -> io::Result<std::thread::JoinHandle<T>>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(body)
}

/// The name of the task that runs now, if [`task`] started it.
pub fn task_name() -> Option<&'static str> {
    TASK_NAME.try_with(|name| *name).ok()
}

#[cfg(test)]
mod tests {
    use super::{task, task_name};

    #[tokio::test]
    async fn a_task_knows_its_name() {
        assert_eq!(task_name(), None);
        let seen = task("cleaner", async { task_name() })
            .await
            .expect("joined");
        assert_eq!(seen, Some("cleaner"));
    }
}
