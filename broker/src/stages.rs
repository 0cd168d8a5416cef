//! Where the time of one request goes, in the stages that Kafka's `RequestMetrics` names.

/// Monotonic nanoseconds at which a request passed each stage.
#[derive(Clone, Copy, Debug)]
pub struct Stages {
    received_ns: u64,
    local_done_ns: u64,
    answered_ns: u64,
    sent_ns: u64,
}

/// Durations of one finished request, in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StageTimes {
    /// `LocalTimeMs`: the handler acting.
    pub local_ns: u64,
    /// `RemoteTimeMs`: waiting for a flush, for data or for peers.
    pub remote_ns: u64,
    /// `ResponseSendTimeMs`: encoding and writing.
    pub response_ns: u64,
    /// `TotalTimeMs`.
    pub total_ns: u64,
}

impl Stages {
    /// A request that is complete; it is acted on at once, so its queue time is none.
    pub fn received(now_ns: u64) -> Self {
        Self {
            received_ns: now_ns,
            local_done_ns: now_ns,
            answered_ns: now_ns,
            sent_ns: now_ns,
        }
    }

    /// The handler has acted.
    pub fn local_done(&mut self, now_ns: u64) {
        *self = Self {
            local_done_ns: now_ns,
            answered_ns: now_ns,
            sent_ns: now_ns,
            ..*self
        };
    }

    /// The answer is there and its turn has come.
    pub fn answered(&mut self, now_ns: u64) {
        self.answered_ns = now_ns;
        self.sent_ns = now_ns;
    }

    /// The answer has left.
    pub fn sent(&mut self, now_ns: u64) {
        self.sent_ns = now_ns;
    }

    /// How long each stage took.
    pub fn times(&self) -> StageTimes {
        StageTimes {
            local_ns: self.local_done_ns.saturating_sub(self.received_ns),
            remote_ns: self.answered_ns.saturating_sub(self.local_done_ns),
            response_ns: self.sent_ns.saturating_sub(self.answered_ns),
            total_ns: self.sent_ns.saturating_sub(self.received_ns),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{StageTimes, Stages};

    #[test]
    fn stages_add_up_to_the_total() {
        let mut stages = Stages::received(10);
        stages.local_done(13);
        stages.answered(20);
        stages.sent(21);
        let times = StageTimes {
            local_ns: 3,
            remote_ns: 7,
            response_ns: 1,
            total_ns: 11,
        };
        assert_eq!(stages.times(), times);
    }
}
