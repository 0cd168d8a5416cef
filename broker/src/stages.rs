//! Where the time of one request goes, in the stages that Kafka's `RequestMetrics` names.
//!
//! ```text
//! read ──queue──► begun ──local──► acted ──remote──► ready ──response queue──► sending ──send──► sent
//! ```

/// Monotonic nanoseconds at which a request passed each stage; those that it has not reached yet
/// stand where it is.
#[derive(Clone, Copy, Debug)]
pub struct Stages {
    read_ns: u64,
    begun_ns: u64,
    acted_ns: u64,
    ready_ns: u64,
    sending_ns: u64,
    sent_ns: u64,
}

/// Durations of one finished request, in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StageTimes {
    /// `RequestQueueTimeMs`: its bytes were there, and others came first.
    pub request_queue_ns: u64,
    /// `LocalTimeMs`: the handler acting, and encoding an answer that it gives at once, as in Kafka.
    pub local_ns: u64,
    /// `RemoteTimeMs`: waiting for a flush, for data or for peers.
    pub remote_ns: u64,
    /// `ResponseQueueTimeMs`: the answer was there, and others had to leave first.
    pub response_queue_ns: u64,
    /// `ResponseSendTimeMs`: writing.
    pub response_send_ns: u64,
    /// `TotalTimeMs`.
    pub total_ns: u64,
}

impl StageTimes {
    /// What of the total nothing was done in but wait.
    pub fn waited_ns(&self) -> u64 {
        self.total_ns
            .saturating_sub(self.local_ns)
            .saturating_sub(self.response_send_ns)
    }
}

impl Stages {
    /// A request whose last byte came at `read_ns` and that is acted on from `now_ns` on.
    pub fn begun(read_ns: u64, now_ns: u64) -> Self {
        Self {
            read_ns: read_ns.min(now_ns),
            begun_ns: now_ns,
            acted_ns: now_ns,
            ready_ns: now_ns,
            sending_ns: now_ns,
            sent_ns: now_ns,
        }
    }

    /// When its handler began.
    pub fn begun_ns(&self) -> u64 {
        self.begun_ns
    }

    /// The handler has acted; unless the answer comes later, it is there.
    pub fn acted(&mut self, now_ns: u64) {
        *self = Self {
            acted_ns: now_ns,
            ready_ns: now_ns,
            sending_ns: now_ns,
            sent_ns: now_ns,
            ..*self
        };
    }

    /// An answer that came later is there.
    pub fn ready(&mut self, now_ns: u64) {
        self.ready_ns = now_ns;
        self.sending_ns = now_ns;
        self.sent_ns = now_ns;
    }

    /// Its turn has come.
    pub fn sending(&mut self, now_ns: u64) {
        self.sending_ns = now_ns;
        self.sent_ns = now_ns;
    }

    /// The answer has left.
    pub fn sent(&mut self, now_ns: u64) {
        self.sent_ns = now_ns;
    }

    /// When each stage began, and the last one ended.
    pub fn moments_ns(&self) -> [u64; 6] {
        [
            self.read_ns,
            self.begun_ns,
            self.acted_ns,
            self.ready_ns,
            self.sending_ns,
            self.sent_ns,
        ]
    }

    /// How long each stage took.
    #[inline]
    pub fn times(&self) -> StageTimes {
        StageTimes {
            request_queue_ns: self.begun_ns.saturating_sub(self.read_ns),
            local_ns: self.acted_ns.saturating_sub(self.begun_ns),
            remote_ns: self.ready_ns.saturating_sub(self.acted_ns),
            response_queue_ns: self.sending_ns.saturating_sub(self.ready_ns),
            response_send_ns: self.sent_ns.saturating_sub(self.sending_ns),
            total_ns: self.sent_ns.saturating_sub(self.read_ns),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{StageTimes, Stages};

    #[test]
    fn stages_add_up_to_the_total() {
        let mut stages = Stages::begun(8, 10);
        stages.acted(13);
        stages.ready(20);
        stages.sending(24);
        stages.sent(25);
        let times = StageTimes {
            request_queue_ns: 2,
            local_ns: 3,
            remote_ns: 7,
            response_queue_ns: 4,
            response_send_ns: 1,
            total_ns: 17,
        };
        assert_eq!(stages.times(), times);
        assert_eq!(times.waited_ns(), 2 + 7 + 4);
    }

    #[test]
    fn an_answer_that_is_there_at_once_waited_for_nothing_but_its_turn() {
        let mut stages = Stages::begun(12, 10);
        stages.acted(13);
        stages.sending(14);
        stages.sent(16);
        let times = stages.times();
        assert_eq!((times.request_queue_ns, times.remote_ns), (0, 0));
        assert_eq!((times.response_queue_ns, times.total_ns), (1, 6));
    }
}
