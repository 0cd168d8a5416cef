//! What looks say, and when they say no more.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use prometheus::Registry;
use service::Clock;

use super::look;
use crate::batch::{Batch, Limits};
use crate::metrics::{Metrics, SinkFigures};
use crate::sink::{Looking, Origin, Sending, Sink, Trouble, TroubleClass};

/// What a look finds.
enum Find {
    Well,
    Wrong(TroubleClass),
    /// Something is wrong, and a request succeeds meanwhile.
    WrongWhileDelivered,
}

/// A sink that is only looked at; notes what was wrong with it before each look.
struct Place {
    finds: Mutex<VecDeque<Find>>,
    before: Mutex<Vec<Option<String>>>,
    figures: Arc<SinkFigures>,
}

impl Sink for Place {
    fn limits(&self) -> Limits {
        unreachable!("nothing is sent")
    }

    fn destination(&self, _: Origin<'_>) -> Arc<str> {
        unreachable!("nothing is sent")
    }

    fn look(&self) -> Looking<'_> {
        let standing = self.figures.standing().clone();
        let message = standing.trouble.map(|trouble| trouble.message);
        self.before.lock().unwrap().push(message);
        let find = self.finds.lock().unwrap().pop_front();
        let class = match find.expect("no more looks than that") {
            Find::Well => None,
            Find::Wrong(class) => Some(class),
            Find::WrongWhileDelivered => {
                self.figures.succeeded();
                Some(TroubleClass::Missing)
            }
        };
        let trouble = class.map(|class| Trouble::new(class, format!("{class:?}")));
        Box::pin(std::future::ready(trouble))
    }

    fn send<'a>(&'a self, _: &'a Batch) -> Sending<'a> {
        unreachable!("nothing is sent")
    }
}

/// What was told before each look, and after the last.
async fn check(finds: Vec<Find>, expected: &[Option<&str>]) {
    let metrics = Metrics::new(&Registry::new()).unwrap();
    let figures = metrics.sink(&Arc::from("place:"), &Clock::real());
    let place = Arc::new(Place {
        finds: Mutex::new(finds.into()),
        before: Mutex::default(),
        figures: Arc::clone(&figures),
    });
    look(Arc::clone(&place) as Arc<dyn Sink>, Arc::clone(&figures)).await;
    let mut told = std::mem::take(&mut *place.before.lock().unwrap());
    told.push(
        figures
            .standing()
            .trouble
            .clone()
            .map(|trouble| trouble.message),
    );
    let told: Vec<_> = told.iter().map(Option::as_deref).collect();
    assert_eq!(told, expected);
    assert_eq!(place.finds.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn trouble_is_told_until_it_is_over_or_a_request_tells() {
    // Those with short pauses.
    let (busy, silent) = (TroubleClass::Throttled, TroubleClass::Unanswered);
    check(vec![Find::Well], &[None, None]).await;
    check(
        vec![
            Find::Wrong(busy),
            Find::Wrong(busy),
            Find::Wrong(silent),
            Find::Well,
        ],
        &[
            None,
            Some("Throttled"),
            Some("Throttled"),
            Some("Unanswered"),
            None,
        ],
    )
    .await;
    check(
        vec![Find::Wrong(busy), Find::WrongWhileDelivered],
        &[None, Some("Throttled"), None],
    )
    .await;
    check(vec![Find::WrongWhileDelivered], &[None, None]).await;
}
