//! The topic of a run: creating it where asked to, and waiting until it can be used.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::types::RDKafkaErrorCode;

use super::{Asker, TIMEOUT, key_value, plain_config};
use crate::cli::{Common, Topic};

/// Between two looks at a topic that has no leaders yet.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Creates the topic where that was asked for, and returns its number of partitions.
pub(crate) fn prepare_topic(common: &Common, topic: &Topic) -> Result<i32> {
    let config = plain_config(common)?;
    let asker = Asker::new(&config)?;
    if topic.create {
        create(&config, topic)?;
    }
    let deadline = Instant::now() + TIMEOUT;
    loop {
        let metadata = asker
            .metadata(&topic.topic, TIMEOUT)
            .context("fetching metadata")?;
        let ready = metadata
            .topics()
            .iter()
            .find(|found| found.name() == topic.topic && found.error().is_none())
            .map(|found| found.partitions())
            .filter(|all| !all.is_empty() && all.iter().all(|one| one.leader() >= 0));
        if let Some(partitions) = ready {
            return Ok(i32::try_from(partitions.len())?);
        }
        if Instant::now() > deadline {
            bail!(
                "topic {} has no partitions with leaders (does it exist? --create makes it)",
                topic.topic
            );
        }
        thread::sleep(LOOK_AGAIN);
    }
}

fn create(config: &ClientConfig, topic: &Topic) -> Result<()> {
    let admin: AdminClient<DefaultClientContext> = config.create()?;
    let replication = TopicReplication::Fixed(topic.replication);
    let mut new = NewTopic::new(&topic.topic, topic.partitions, replication);
    for pair in &topic.topic_config {
        let (key, value) = key_value(pair)?;
        new = new.set(key, value);
    }
    let options = AdminOptions::new()
        .operation_timeout(Some(TIMEOUT))
        .request_timeout(Some(TIMEOUT));
    let answers = block_on(admin.create_topics([&new], &options)).context("creating the topic")?;
    for answer in answers {
        match answer {
            Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
            Err((name, code)) => bail!("creating {name}: {code}"),
        }
    }
    Ok(())
}

/// Low and high watermark of each partition.
pub(crate) fn watermarks<C: ConsumerContext>(
    consumer: &BaseConsumer<C>,
    topic: &str,
    partitions: i32,
) -> Result<Vec<(i64, i64)>> {
    (0..partitions)
        .map(|partition| {
            consumer
                .fetch_watermarks(topic, partition, TIMEOUT)
                .with_context(|| format!("watermarks of {topic}-{partition}"))
        })
        .collect()
}

/// Runs the admin client's future to its end on this thread; its own thread wakes us.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = TaskContext::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}
