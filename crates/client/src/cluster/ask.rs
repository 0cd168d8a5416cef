//! Requests that go to a role, wherever it is now: the coordinator of a group, or the controller.

use std::time::Duration;

use model::GroupId;
use protocol::ErrorCode;

use super::{Cluster, Lane};
use crate::ClientError;
use crate::api::Call;

impl Cluster {
    /// Asks a group's coordinator, and again when it moved. `build` makes the request for a
    /// version, at most `version_max`; `code` finds what in the answer may say "moved".
    pub(crate) async fn ask_coordinator<C: Call>(
        &self,
        group: &GroupId,
        version_max: i16,
        build: impl Fn(i16) -> C,
        code: impl Fn(&C::Answer) -> ErrorCode,
    ) -> Result<C::Answer, ClientError> {
        let retry = self.retry();
        loop {
            let asked = async {
                let connection = self.coordinator(group, Lane::Control).await?;
                let version = connection.version(C::KEY)?.min(version_max);
                let request = build(version);
                let mut ticket = connection.begin(request, version, Duration::ZERO).await?;
                let answer = ticket.answer().await?;
                ClientError::check(code(&answer), None, || format!("group {group}"))?;
                Ok(answer)
            };
            match asked.await {
                Err(error) if retry.after(&error).await => {}
                done => return done,
            }
        }
    }

    /// Asks the controller, and again when it moved; see [`Cluster::ask_coordinator`].
    pub(crate) async fn ask_controller<C: Call>(
        &self,
        build: impl Fn(i16) -> C,
        code: impl Fn(&C::Answer) -> ErrorCode,
    ) -> Result<C::Answer, ClientError> {
        let retry = self.retry();
        loop {
            let asked = async {
                let connection = self.controller().await?;
                let version = connection.version(C::KEY)?;
                let request = build(version);
                let held = self.settings().request_timeout;
                let mut ticket = connection.begin(request, version, held).await?;
                let answer = ticket.answer().await?;
                if code(&answer) == ErrorCode::NOT_CONTROLLER {
                    self.ask(Some(&[]), false).await?;
                    let what = || "the controller has moved".to_owned();
                    ClientError::check(code(&answer), None, what)?;
                }
                Ok(answer)
            };
            match asked.await {
                Err(error) if retry.after(&error).await => {}
                done => return done,
            }
        }
    }
}
