//! What is written, and what becomes of a reader that goes.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};

use super::{Envelope, Format, StdoutSink};
use crate::batch::Batch;
use crate::event::Event;
use crate::position::{FileKey, Span};
use crate::sink::{Outcome, Sink, TroubleClass};

fn batch(texts: &[&str]) -> Batch {
    let mut batch = Batch::new("".into());
    batch.originate(FileKey(1), &"server.log".into(), &"0123456789abcdef".into());
    for (number, text) in (0..).zip(texts) {
        batch.push(&Event {
            span: Span {
                file: FileKey(1),
                start: number,
                end: number + 1,
            },
            timestamp_ms: 0,
            text: text.as_bytes(),
            cut_bytes: 0,
        });
    }
    batch
}

async fn written(format: Format, texts: &[&str]) -> String {
    let output = Output::default();
    let sink = start(format, output.clone());
    let outcome = sink.send(&batch(texts)).await;
    assert!(matches!(outcome, Outcome::Delivered { rejected } if rejected.is_empty()));
    output.text()
}

fn start(format: Format, output: impl Write + Send + 'static) -> StdoutSink {
    let envelope = Envelope {
        format,
        broker: "1".into(),
    };
    StdoutSink::start(envelope, output).unwrap()
}

/// What keeps what is written, and may be held.
#[derive(Clone, Default)]
struct Output(Arc<Mutex<Vec<u8>>>);

impl Output {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn events_are_written_a_line_each() {
    assert_eq!(written(Format::Text, &["a", "b\n\tc"]).await, "a\nb\n\tc\n");
    let json = written(Format::Json, &["[1970-01-01 00:00:00,000] INFO a (b)\nc"]).await;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["message"], "a\nc");
    assert_eq!(json["log"], "server.log");
}

struct Gone;

impl Write for Gone {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_reader_that_goes_is_told_of() {
    let sink = start(Format::Text, Gone);
    let Outcome::Failed(trouble) = sink.send(&batch(&["a"])).await else {
        panic!("nothing was delivered");
    };
    assert_eq!(trouble.class, TroubleClass::Disk);
    assert!(
        trouble.message.contains("nobody reads"),
        "{}",
        trouble.message
    );
}

/// An attempt that is given up while nobody reads goes on: its batch is written once.
#[tokio::test]
async fn a_reader_that_pauses_gets_each_line_once() {
    let output = Output::default();
    let sink = start(Format::Text, output.clone());
    let (first, second) = (batch(&["a"]), batch(&["b", "c"]));
    let held = output.0.lock().unwrap();
    {
        let mut given_up = sink.send(&first);
        let mut context = Context::from_waker(Waker::noop());
        assert!(given_up.as_mut().poll(&mut context).is_pending());
    }
    drop(held);
    for batch in [&second, &first] {
        let outcome = sink.send(batch).await;
        assert!(matches!(outcome, Outcome::Delivered { .. }), "{outcome:?}");
    }
    assert_eq!(output.text(), "a\nb\nc\n");
    // Each of them is known to be written but once.
    assert!(matches!(sink.send(&first).await, Outcome::Delivered { .. }));
    assert_eq!(output.text(), "a\nb\nc\na\n");
}
