//! Signs of life to a coordinator, and its word that the generation is over.

use std::time::Duration;

use model::GroupId;
use protocol::ErrorCode;
use protocol::messages::heartbeat::HeartbeatRequest;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep};

use crate::cluster::Lane;
use crate::groups::Membership;
use crate::{ClientError, Cluster};

/// The task that gives signs of life; dropping this ends it.
pub(super) struct Heartbeat {
    task: AbortHandle,
    lost: watch::Receiver<Option<ErrorCode>>,
}

impl Drop for Heartbeat {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Heartbeat {
    pub(super) fn start(
        cluster: Cluster,
        group: GroupId,
        membership: Membership,
        interval: Duration,
        session_timeout: Duration,
    ) -> Self {
        let (sender, lost) = watch::channel(None);
        let beating = async move {
            let mut heard = Instant::now();
            loop {
                sleep(interval).await;
                match beat(&cluster, &group, &membership).await {
                    Ok(()) => heard = Instant::now(),
                    Err(error) => {
                        let code = error.code().filter(|_| !error.is_moved());
                        let silent = heard.elapsed() > session_timeout;
                        let lost = silent.then_some(ErrorCode::UNKNOWN_MEMBER_ID).or(code);
                        if lost.is_some() {
                            sender.send_replace(lost);
                            return;
                        }
                    }
                }
            }
        };
        let task = tokio::spawn(beating).abort_handle();
        Self { task, lost }
    }

    /// Waits until the generation is over, and tells why. May be cancelled.
    pub(super) async fn lost(&mut self) -> ErrorCode {
        let lost = self.lost.wait_for(Option::is_some).await;
        lost.ok()
            .and_then(|lost| *lost)
            .unwrap_or(ErrorCode::UNKNOWN_MEMBER_ID)
    }
}

async fn beat(
    cluster: &Cluster,
    group: &GroupId,
    membership: &Membership,
) -> Result<(), ClientError> {
    let connection = cluster.coordinator(group, Lane::Control).await?;
    let request = HeartbeatRequest {
        group_id: group.as_str().into(),
        generation_id: membership.generation,
        member_id: membership.member_id.as_str().into(),
        group_instance_id: membership.instance_id.as_deref().map(Into::into),
    };
    let answer = connection.call(request).await?;
    ClientError::check(answer.error_code, None, || format!("group {group}"))
}
