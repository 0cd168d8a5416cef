//! The digits by which objects of a minute differ, and what is tried where a name is taken.

use aws_lc_rs::digest::{Context, SHA256};

use crate::batch::Batch;

/// Names that are tried for one object. Two objects of one minute meet by one chance in 4 billion; more of them than
/// this are no chance but something that is wrong.
pub const NAMES_MAX: u32 = 8;
/// Hexadecimal digits of a name.
const DIGITS: usize = 8;

/// Which bytes of which files an object is made of, as a digest: whatever the files are called, however the bytes
/// are divided into events, and in whatever order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spans(pub [u8; 32]);

impl Spans {
    /// Those of a batch.
    pub fn of(batch: &Batch) -> Self {
        let spans = batch.spans();
        let mut spans: Vec<_> = spans
            .iter()
            .map(|span| {
                let origin = batch.origin(span.file);
                let file_id = origin.map(|origin| origin.file_id).unwrap_or_default();
                (file_id, span.start, span.end)
            })
            .collect();
        spans.sort_unstable();
        let mut context = Context::new(&SHA256);
        let mut spans = spans.into_iter();
        let Some(mut open) = spans.next() else {
            return Self::finish(context);
        };
        // Behind the last one comes one that is no neighbour of it.
        for span in spans.chain([("", 0, 0)]) {
            let (file_id, start, end) = span;
            if file_id == open.0 && start == open.2 {
                open.2 = end;
                continue;
            }
            context.update(open.0.as_bytes());
            context.update(&open.1.to_le_bytes());
            context.update(&open.2.to_le_bytes());
            open = span;
        }
        Self::finish(context)
    }

    fn finish(context: Context) -> Self {
        let mut sum = [0; 32];
        sum.copy_from_slice(context.finish().as_ref());
        Self(sum)
    }

    /// The digits of the first name.
    pub fn digits(self) -> u32 {
        let [a, b, c, d, ..] = self.0;
        u32::from_be_bytes([a, b, c, d])
    }

    /// In hexadecimal digits.
    pub fn text(self) -> String {
        hex(&self.0)
    }
}

/// In hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The name that is tried `attempt` times after the first one: with other digits, and always the same ones.
pub fn next(first: &str, spans: Spans, attempt: u32) -> String {
    if attempt == 0 {
        return first.to_owned();
    }
    let mut context = Context::new(&SHA256);
    context.update(&spans.0);
    context.update(&attempt.to_le_bytes());
    let digits = Spans::finish(context).digits();
    let ending = first.rfind(".log").unwrap_or(first.len());
    let (stem, ending) = first.split_at(ending);
    let stem = stem
        .len()
        .checked_sub(DIGITS)
        .and_then(|length| stem.get(..length))
        .unwrap_or(stem);
    format!("{stem}{digits:08x}{ending}")
}

#[cfg(test)]
mod tests;
