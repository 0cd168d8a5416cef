//! One request from its head to its answer: which fault it meets, whether it is signed, what is accepted, and
//! what the client is told.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming as Body;
use hyper::{Request, Response};
use jiff::Timestamp;
use tokio::time::sleep;

use crate::answer::Answer;
use crate::fault::Fault;
use crate::incoming::{Incoming, Unreadable};
use crate::operation::{Operation, Service};
use crate::state::{Asked, State, lock};
use crate::{firehose, kinesis, logs, s3, signature, sts};

/// The connection ends without an answer.
#[derive(Debug)]
pub(crate) struct Cut;

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the script cuts the connection")
    }
}

impl std::error::Error for Cut {}

pub(crate) async fn exchange(
    state: Arc<State>,
    latency: Duration,
    request: Request<Body>,
) -> Result<Response<Full<Bytes>>, Cut> {
    let (parts, body) = request.into_parts();
    let mut incoming = Incoming::head(parts);
    let operation = incoming.operation;
    let service = operation.service();
    let fault = lock(&state.script).next(operation);
    {
        let mut counts = lock(&state.counts);
        let count = counts.entry(operation).or_default();
        count.requests += 1;
        count.faults += u64::from(fault.is_some());
    }
    if let Some(fault) = &fault {
        sleep(fault.read_delay()).await;
    }
    // A write lasts from its head to its answer; a second one meanwhile is a conflict where it is conditional.
    let writing = Writing::begin(&state, &incoming);
    if let Err(unreadable) = incoming.read(body).await {
        return match unreadable {
            Unreadable::TooLarge => Ok(state.response(too_large(&state, operation))),
            Unreadable::Broken(_) => Err(Cut),
        };
    }
    let (mut answer, events) = match &writing {
        Some(writing) if writing.conflicts => (conflict(), 0),
        _ => answered(&state, &incoming, fault.as_ref())?,
    };
    sleep(latency).await;
    drop(writing);
    if let Some(fault) = fault.filter(Fault::is_ambiguous) {
        {
            let mut counts = lock(&state.counts);
            let count = counts.entry(operation).or_default();
            count.ambiguous += 1;
            count.ambiguous_events += events;
        }
        match fault {
            Fault::CutAfter => return Err(Cut),
            Fault::DelayAfter { ms } => sleep(Duration::from_millis(ms)).await,
            _ => {}
        }
        if let Some(untruth) = fault.untruth(service, &answer) {
            answer = untruth;
        }
    }
    Ok(state.response(answer))
}

/// What the services say, unless the fault comes first; and how many events were accepted.
fn answered(
    state: &State,
    incoming: &Incoming,
    fault: Option<&Fault>,
) -> Result<(Answer, u64), Cut> {
    let operation = incoming.operation;
    let service = operation.service();
    let now_ms = state.clock.now_ms();
    if let Err(refused) = signature::check(incoming, now_ms, |key| state.secret(key)) {
        if let Some(rule) = refused.rule() {
            let header = incoming.header("authorization").unwrap_or_default();
            let detail = header.split("Signature=").next().unwrap_or_default();
            state.violations.add(operation, rule, detail);
        }
        return Ok((refused.answer(service), 0));
    }
    match fault {
        Some(Fault::Cut) => return Err(Cut),
        Some(fault) => {
            if let Some(refusal) = fault.refusal(service) {
                return Ok((refusal, 0));
            }
        }
        None => {}
    }
    let payload = match incoming.payload() {
        Ok(payload) => payload,
        Err(Unreadable::TooLarge) => return Ok((too_large(state, operation), 0)),
        Err(Unreadable::Broken(what)) => {
            state.violations.add(operation, "body", what);
            let code = "SerializationException";
            return Ok((Answer::error(service, 400, code, what), 0));
        }
    };
    let asked = Asked {
        incoming,
        payload: &payload,
        now_ms,
        keep: state.keep,
        fault,
        violations: &state.violations,
    };
    Ok(match service {
        Service::Logs => logs::answer(&state.logs, &asked),
        Service::Kinesis => kinesis::answer(&state.kinesis, &asked),
        Service::Firehose => firehose::answer(&state.firehose, &asked),
        Service::S3 => s3::answer(&state.s3, &asked),
        Service::Sts => sts::answer(&state.sessions, &asked),
    })
}

/// A body beyond what any operation may have.
fn too_large(state: &State, operation: Operation) -> Answer {
    state.violations.add(operation, "body too large", "");
    let code = "RequestEntityTooLargeException";
    Answer::error(operation.service(), 413, code, "The body is too large")
}

fn conflict() -> Answer {
    let message = "The conditional request cannot succeed due to a conflicting operation";
    Answer::error(Service::S3, 409, "ConditionalRequestConflict", message)
}

/// A PutObject under way.
struct Writing<'a> {
    state: &'a State,
    bucket: String,
    key: String,
    began: bool,
    conflicts: bool,
}

impl<'a> Writing<'a> {
    fn begin(state: &'a State, incoming: &Incoming) -> Option<Self> {
        if incoming.operation != Operation::PutObject {
            return None;
        }
        let began = lock(&state.s3).begin(&incoming.bucket, &incoming.key);
        Some(Self {
            state,
            bucket: incoming.bucket.clone(),
            key: incoming.key.clone(),
            began,
            conflicts: !began && incoming.header("if-none-match").is_some(),
        })
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        if self.began {
            lock(&self.state.s3).end(&self.bucket, &self.key);
        }
    }
}

impl State {
    fn response(&self, answer: Answer) -> Response<Full<Bytes>> {
        let now = Timestamp::from_millisecond(self.clock.now_ms()).unwrap_or(Timestamp::UNIX_EPOCH);
        let mut response = Response::builder()
            .status(answer.status)
            .header("x-amzn-requestid", "stub")
            .header(
                "date",
                now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string(),
            );
        for (name, value) in answer.headers {
            response = response.header(name.as_ref(), value);
        }
        let response = response.body(Full::new(answer.body.into()));
        // Only a header that is none could fail, and all of them are ours.
        response.unwrap_or_default()
    }
}
