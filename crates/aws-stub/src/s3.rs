//! S3: whole objects, put on condition, and read back.
//!
//! No multipart uploads, which log delivery does not make; no versions.

mod put;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use bytes::Bytes;

use crate::answer::{Answer, escaped};
use crate::fault::Fault;
use crate::incoming::unescaped;
use crate::operation::{Operation, Service};
use crate::report::Totals;
use crate::state::{Asked, lock};

/// Keys of a page.
const PAGE_KEYS_MAX: usize = 1_000;

/// An object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// What is in it, as it was put; empty where only counts are kept.
    pub bytes: Bytes,
    /// How long it is.
    pub length: usize,
    /// Headers that it was put with, in small letters: `content-type`, and what begins with `x-amz-`.
    pub headers: BTreeMap<String, String>,
}

/// The service.
#[derive(Debug, Default)]
pub(crate) struct Buckets {
    buckets: BTreeMap<String, BTreeMap<String, Object>>,
    /// Keys that are being written.
    writing: BTreeSet<(String, String)>,
    pub(crate) totals: Totals,
}

impl Buckets {
    pub(crate) fn new(buckets: &[String]) -> Self {
        let buckets = buckets.iter().map(|name| (name.clone(), BTreeMap::new()));
        Self {
            buckets: buckets.collect(),
            ..Self::default()
        }
    }

    pub(crate) fn objects(&self, bucket: &str) -> BTreeMap<String, Object> {
        self.buckets.get(bucket).cloned().unwrap_or_default()
    }

    /// A write begins; false if another one of the same object has not ended.
    pub(crate) fn begin(&mut self, bucket: &str, key: &str) -> bool {
        self.writing.insert((bucket.to_owned(), key.to_owned()))
    }

    /// A write ends, whatever became of it.
    pub(crate) fn end(&mut self, bucket: &str, key: &str) {
        self.writing.remove(&(bucket.to_owned(), key.to_owned()));
    }
}

pub(crate) fn answer(buckets: &Mutex<Buckets>, asked: &Asked<'_>) -> (Answer, u64) {
    let incoming = asked.incoming;
    let mut all = lock(buckets);
    let missing = matches!(asked.fault, Some(Fault::Missing));
    if missing || !all.buckets.contains_key(&incoming.bucket) {
        let message = "The specified bucket does not exist";
        return (error(404, "NoSuchBucket", message), 0);
    }
    match incoming.operation {
        Operation::PutObject => put::put(&mut all, asked),
        Operation::HeadBucket => (Answer::empty(200), 0),
        Operation::ListObjectsV2 => (list(&all, asked), 0),
        Operation::GetObject | Operation::HeadObject => (get(&all, asked), 0),
        _ => {
            let detail = format!("{} {}", incoming.parts.method, incoming.parts.uri);
            asked.violation("unknown operation", detail);
            let message = "The stub does not know this operation";
            (error(501, "NotImplemented", message), 0)
        }
    }
}

fn error(status: u16, code: &str, message: &str) -> Answer {
    Answer::error(Service::S3, status, code, message)
}

fn get(all: &Buckets, asked: &Asked<'_>) -> Answer {
    let incoming = asked.incoming;
    let bucket = all.buckets.get(&incoming.bucket);
    let Some(object) = bucket.and_then(|bucket| bucket.get(&incoming.key)) else {
        return error(404, "NoSuchKey", "The specified key does not exist.");
    };
    let mut answer = Answer::empty(200);
    answer.headers.push(("etag".into(), "\"stub\"".to_owned()));
    // What it was put with comes back, but for what was of the request alone.
    let kept = object.headers.iter().filter(|(name, _)| {
        *name == "content-type" || name.starts_with("x-amz-meta-") || name.contains("encryption")
    });
    let kept = kept.map(|(name, value)| (name.clone().into(), value.clone()));
    answer.headers.extend(kept);
    if incoming.operation == Operation::GetObject {
        answer.body = object.bytes.to_vec();
    } else {
        let length = object.length.to_string();
        answer.headers.push(("content-length".into(), length));
    }
    answer
}

fn list(all: &Buckets, asked: &Asked<'_>) -> Answer {
    let query = asked.incoming.parts.uri.query().unwrap_or_default();
    let word = |name: &str| {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let mut pairs = pairs.filter(|(key, _)| *key == name);
        pairs.next().map(|(_, value)| unescaped(value))
    };
    let prefix = word("prefix").unwrap_or_default();
    let after = word("continuation-token").or_else(|| word("start-after"));
    let bucket = all.buckets.get(&asked.incoming.bucket);
    let mut keys = bucket.into_iter().flatten().filter(|(key, _)| {
        key.starts_with(&prefix) && after.as_ref().is_none_or(|after| *key > after)
    });
    let page: Vec<_> = keys.by_ref().take(PAGE_KEYS_MAX).collect();
    let more = keys.next().is_some();
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>{}</Name><Prefix>{}</Prefix><KeyCount>{}</KeyCount><IsTruncated>{more}</IsTruncated>",
        escaped(&asked.incoming.bucket),
        escaped(&prefix),
        page.len(),
    );
    if let (true, Some((last, _))) = (more, page.last()) {
        let token = escaped(last);
        text.push_str(&format!(
            "<NextContinuationToken>{token}</NextContinuationToken>"
        ));
    }
    for (key, object) in page {
        text.push_str(&format!(
            "<Contents><Key>{}</Key><Size>{}</Size><ETag>&quot;stub&quot;</ETag><StorageClass>STANDARD</StorageClass></Contents>",
            escaped(key),
            object.length
        ));
    }
    text.push_str("</ListBucketResult>");
    Answer::xml(text)
}
