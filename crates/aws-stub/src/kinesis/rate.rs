//! What a shard takes in a second: 1 MiB and 1,000 records, each filled up again as time passes.

const BYTES_PER_S: i64 = 1024 * 1024;
const RECORDS_PER_S: i64 = 1_000;
const MS_PER_S: i64 = 1_000;

/// What is left of both, in thousandths, so that a millisecond's worth is a whole number.
#[derive(Clone, Debug)]
pub(super) struct Shard {
    bytes: i64,
    records: i64,
    at_ms: Option<i64>,
}

impl Default for Shard {
    fn default() -> Self {
        Self {
            bytes: BYTES_PER_S * MS_PER_S,
            records: RECORDS_PER_S * MS_PER_S,
            at_ms: None,
        }
    }
}

impl Shard {
    /// Takes a record, if there is room. One larger than a second's worth needs a full second.
    pub(super) fn take(&mut self, now_ms: i64, bytes: usize) -> bool {
        let passed = now_ms - self.at_ms.unwrap_or(now_ms);
        let passed = passed.clamp(0, MS_PER_S);
        self.at_ms = Some(now_ms);
        let fill = |left: i64, per_s: i64| (left + passed * per_s).min(per_s * MS_PER_S);
        self.bytes = fill(self.bytes, BYTES_PER_S);
        self.records = fill(self.records, RECORDS_PER_S);
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX / MS_PER_S);
        let needed = bytes.min(BYTES_PER_S) * MS_PER_S;
        if self.bytes < needed || self.records < MS_PER_S {
            return false;
        }
        self.bytes -= needed;
        self.records -= MS_PER_S;
        true
    }
}

#[cfg(test)]
mod tests;
