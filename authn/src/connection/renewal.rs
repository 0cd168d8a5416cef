//! A session that is renewed in the middle of a stream (KIP-368).
//!
//! Answers must leave in the order of their requests, so the handshake may be answered only after
//! everything before it has been. A request that the broker answers in its turn, ApiVersions under
//! a correlation id of ours, tells when that is so, without counting requests that have no answer.
//! What the client sends behind the handshake waits.

use bytes::Bytes;
use protocol::frame;
use tokio::net::UnixStream;

use super::{Client, Closed, Facts, Sasl};
use crate::audit::Attempt;
use crate::random;
use crate::relay::{Relay, Stop};
use crate::session::{
    Authenticated, HANDSHAKE_FRAME_BYTES_MAX, HEADER_BYTES_MAX, MINIMUM_INTERVAL, Next, Session,
    Turn, illegal_state,
};
use crate::upstream::{self, Link};

/// In front of each frame.
const LENGTH_BYTES: usize = 4;

/// Serves the SASL request that is next, and those that belong to it. What the client does has
/// the deadline of a login; what the broker still has to answer, and the client to take, that of an
/// idle connection.
pub(super) async fn renew(
    facts: &Facts<'_>,
    relay: &mut Relay<Client, UnixStream>,
    link: &Link,
    sasl: &mut Sasl,
) -> Result<(), Closed> {
    let timeout = facts.authn.limits.config().login_timeout;
    let bytes_max = HANDSHAKE_FRAME_BYTES_MAX + HEADER_BYTES_MAX;
    let frame = tokio::time::timeout(timeout, relay.held_request(bytes_max))
        .await
        .map_err(|_| Closed::RenewalTimeout)??;
    // As in Kafka the handshake is a request that was received, what belongs to it is not.
    facts.listener.beans.received(LENGTH_BYTES + frame.len());
    let correlation_id = random::correlation_id();
    let barrier =
        upstream::barrier(correlation_id).map_err(|error| Closed::Renewal(error.to_string()))?;
    let idle = facts.authn.limits.config().connections_idle_max;
    tokio::time::timeout(idle, relay.barrier(&barrier, correlation_id))
        .await
        .map_err(|_| Closed::Idle)??;
    if !is_due(facts, sasl, &frame) {
        let answer = frame::decode_prefix(&frame).ok().and_then(illegal_state);
        let answer = answer.ok_or_else(|| Closed::Renewal("it was not due".to_owned()))?;
        facts.listener.beans.sent(answer.len());
        // Who never reads is not waited for any longer than one who never writes.
        return tokio::time::timeout(idle, tell(relay, &answer))
            .await
            .map_err(|_| Closed::Idle)?;
    }
    let began = facts.authn.clock.monotonic();
    sasl.renewal_began = Some(began);
    let mut span = facts.span("reauthentication");
    let dialogue = talk(facts, relay, link, sasl, frame);
    let renewed = tokio::time::timeout(timeout, dialogue)
        .await
        .unwrap_or(Err(Closed::RenewalTimeout));
    match &renewed {
        Ok(()) => {
            let took = facts.authn.clock.monotonic().saturating_sub(began);
            facts.listener.beans.renewed(took);
        }
        Err(closed) if span.is_traced() => span.fail(closed.to_string()),
        Err(_) => {}
    }
    renewed
}

/// The exchange of SASL, from its first frame on.
async fn talk(
    facts: &Facts<'_>,
    relay: &mut Relay<Client, UnixStream>,
    link: &Link,
    sasl: &mut Sasl,
    mut frame: Bytes,
) -> Result<(), Closed> {
    let authn = facts.authn;
    let settings = std::sync::Arc::clone(&sasl.settings);
    let mut session = Box::new(Session::renewal(settings, facts.peer(), sasl.who.clone()));
    loop {
        let now_ms = authn.clock.now_ms();
        let Turn { reply, next } =
            session.handle(frame, now_ms, &|version| link.api_versions.answer(version));
        match next {
            Next::Continue(next) => {
                if let Some(reply) = reply {
                    tell(relay, &reply).await?;
                }
                session = next;
                frame = relay.held_request(session.frame_bytes_max()).await?;
            }
            Next::Authenticated(who) => {
                authn.logins.requested(who.mechanism);
                authn.audit.logged_in(facts.renewal_attempt(), &who);
                tell_context(facts, relay, link, sasl, &who).await?;
                sasl.who = who;
                facts.count_renewal(sasl.who.mechanism.name(), "ok");
                if let Some(reply) = reply {
                    tell(relay, &reply).await?;
                }
                return Ok(());
            }
            Next::Failed(failure) => {
                let mechanism = failure.mechanism.unwrap_or(sasl.who.mechanism);
                facts.count_renewal(mechanism.name(), failure.reason.label());
                facts.listener.beans.renewal_failed();
                authn.logins.requested(mechanism);
                authn
                    .audit
                    .failed(facts.renewal_attempt(), &failure, now_ms);
                tokio::time::sleep(authn.limits.config().failed_delay).await;
                if let Some(reply) = reply {
                    tell(relay, &reply).await?;
                }
                return Err(Closed::Renewal(failure.reason.to_string()));
            }
        }
    }
}

/// Kafka takes a handshake for a renewal where the session ends at all and the last renewal is a
/// second ago; any other SASL request is an answer to nothing.
fn is_due(facts: &Facts<'_>, sasl: &Sasl, frame: &[u8]) -> bool {
    let handshake = protocol::ApiKey::SaslHandshake.code();
    let now = facts.authn.clock.monotonic();
    let is_handshake = frame::decode_prefix(frame).is_ok_and(|p| p.api_key == handshake);
    let rested = sasl
        .renewal_began
        .is_none_or(|began| now.saturating_sub(began) >= MINIMUM_INTERVAL);
    is_handshake && sasl.who.expires_at_ms.is_some() && rested
}

/// Tells the broker what has changed about the caller, before the next request of the client.
async fn tell_context(
    facts: &Facts<'_>,
    relay: &mut Relay<Client, UnixStream>,
    link: &Link,
    sasl: &mut Sasl,
    who: &Authenticated,
) -> Result<(), Closed> {
    let Some(iam) = &who.iam else {
        return Ok(());
    };
    if sasl.who.iam.as_ref() == Some(iam) && sasl.who.principal == who.principal {
        return Ok(());
    }
    let sequence = sasl.updates + 1;
    let update = upstream::context_update(link, &facts.id, sequence, &who.principal, iam)
        .ok_or_else(|| Closed::Renewal("its context cannot be written".to_owned()))?;
    relay.tell_broker(&update).await.map_err(Closed::Broker)?;
    sasl.updates = sequence;
    Ok(())
}

async fn tell(relay: &mut Relay<Client, UnixStream>, answer: &[u8]) -> Result<(), Closed> {
    let told = relay.tell_client(answer).await;
    told.map_err(|error| Stop::Client(error).into())
}

impl Facts<'_> {
    fn renewal_attempt(&self) -> Attempt<'_> {
        Attempt {
            renewal: true,
            ..self.attempt()
        }
    }

    fn count_renewal(&self, mechanism: &str, result: &str) {
        let labels = [&*self.listener.name, mechanism, result];
        let renewals = &self.authn.metrics.renewals;
        renewals.with_label_values(&labels).inc();
    }
}
