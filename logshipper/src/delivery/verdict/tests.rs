//! What outcomes come to.

use super::judge;
use crate::batch::Batch;
use crate::event::Event;
use crate::position::{FileKey, Span};
use crate::sink::{Outcome, Rejection, Trouble, TroubleClass};

/// Ten events of ten bytes, the second half of another file.
fn batch() -> Batch {
    let mut batch = Batch::new("x".into());
    for number in 0..10 {
        batch.push(&Event {
            span: Span {
                file: FileKey(u32::from(number >= 5)),
                start: number * 10,
                end: number * 10 + 10,
            },
            timestamp_ms: 0,
            text: b"text",
            cut_bytes: 0,
        });
    }
    batch
}

fn trouble(class: TroubleClass) -> Trouble {
    Trouble {
        class,
        retry_after: None,
        doubtful: None,
        message: String::new(),
    }
}

#[test]
fn what_is_settled_and_what_is_sent_again_is_all() {
    use TroubleClass::{Data, Service, Throttled};
    let rejected = vec![(0, Rejection::TooOld), (99, Rejection::TooOld)];
    let partial = |remaining: Vec<usize>| Outcome::Partial {
        remaining,
        trouble: trouble(Throttled),
    };
    for (outcome, settled, delivered, again, has_trouble) in [
        (
            Outcome::Delivered { rejected: vec![] },
            vec![(0, 50), (50, 100)],
            10,
            vec![],
            false,
        ),
        (
            Outcome::Delivered { rejected },
            vec![(0, 50), (50, 100)],
            9,
            vec![],
            false,
        ),
        (
            partial(vec![9, 4, 77]),
            vec![(0, 40), (50, 90)],
            8,
            vec![2],
            true,
        ),
        (partial((0..10).collect()), vec![], 0, vec![10], true),
        (partial(vec![]), vec![(0, 50), (50, 100)], 10, vec![], false),
        (Outcome::Failed(trouble(Service)), vec![], 0, vec![], true),
        (Outcome::Failed(trouble(Data)), vec![], 0, vec![5, 5], true),
    ] {
        let told = format!("{outcome:?}");
        let verdict = judge(&batch(), outcome);
        let spans: Vec<_> = verdict
            .settled
            .iter()
            .map(|span| (span.start, span.end))
            .collect();
        assert_eq!(spans, settled, "{told}");
        assert_eq!(verdict.delivered_events, delivered, "{told}");
        let parts: Vec<_> = verdict
            .again
            .iter()
            .map(|batch| batch.events().len())
            .collect();
        assert_eq!(parts, again, "{told}");
        assert_eq!(verdict.trouble.is_some(), has_trouble, "{told}");
        let events: u64 = verdict.counts.values().sum();
        let bytes: u64 = verdict.settled.iter().map(|span| span.bytes()).sum();
        assert_eq!(events * 10, bytes, "{told}");
    }
}
