//! Amazon S3: objects in MSK's layout, put where there is none of the name, so that what is sent again is not stored
//! again.
//!
//! It makes no buckets, and no uploads of many parts: an object is small.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use aws::{Bucket, Object, Put, S3, S3Style};
use service::flags::{Flag, Values};

use super::client::{self, trouble};
use super::object::{Body, Compression, Layout, NAMES_MAX, Roll, Spans, hex, next};
use super::table::{About, Opener};
use super::{Looking, Origin, Outcome, Sending, Sink, Trouble, TroubleClass};
use crate::batch::{Batch, Limits};

/// An object's upload: 8 MiB without compression at a megabit a second.
const CALL: Duration = Duration::from_secs(70);
/// What an object is known by, beside its name.
const DIGEST: &str = "outrigger-digest";
/// How many events are in it, for people.
const EVENTS: &str = "outrigger-events";

const COMPRESSION: Flag = Flag::text(
    "s3.compression",
    "gzip",
    "How objects are compressed: gzip, zstd or none",
);
const ROLL_SECONDS: Flag = Flag::text(
    "s3.roll-seconds",
    "300",
    "Seconds that an object's first event waits for others",
);
const ROLL_BYTES: Flag = Flag::text(
    "s3.roll-bytes",
    "8388608",
    "Bytes of an object before compression, at most",
);
const KMS_KEY: Flag = Flag::text(
    "s3.sse-kms-key-id",
    "",
    "Key of KMS that objects are encrypted with; without it, as the bucket says",
);
const PATH_STYLE: Flag = Flag::text(
    "s3.path-style",
    "auto",
    "Whether the bucket is part of the path: true, false, or auto, which is true where an endpoint is given",
);
const CHECKSUM: Flag = Flag::text(
    "s3.checksum",
    "when_supported",
    "Whether uploads carry a checksum: when_supported, or when_required for stores that refuse it",
);

/// The flags of this sink.
pub fn flags() -> Vec<&'static Flag> {
    vec![
        &COMPRESSION,
        &ROLL_SECONDS,
        &ROLL_BYTES,
        &KMS_KEY,
        &PATH_STYLE,
        &CHECKSUM,
    ]
}

/// What was configured.
#[derive(Clone, Debug)]
struct Settings {
    bucket: String,
    prefix: String,
    compression: Compression,
    roll: Roll,
    kms_key_id: Option<String>,
    /// `None` where the endpoint decides.
    is_path_style: Option<bool>,
    has_checksums: bool,
}

/// A bucket.
struct S3Sink {
    door: S3,
    settings: Settings,
    layout: Layout,
    destination: Arc<str>,
}

/// The bucket and the prefix of `BUCKET[/PREFIX]`, also as `s3://` or an ARN spells it.
fn split(target: &str) -> Result<(&str, &str), String> {
    let path = target
        .strip_prefix("//")
        .or_else(|| target.strip_prefix("arn:aws:s3:::"))
        .unwrap_or(target);
    let (bucket, prefix) = path.split_once('/').unwrap_or((path, ""));
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-_".contains(c);
    if !(3..=63).contains(&bucket.len()) || !bucket.chars().all(allowed) {
        return Err(format!(
            "\"{bucket}\" is no name of a bucket; write s3:BUCKET or s3:BUCKET/PREFIX"
        ));
    }
    Ok((bucket, prefix))
}

/// Reads `BUCKET[/PREFIX]` and the flags.
///
/// # Errors
/// The bucket's name is none.
pub fn read(target: &str, values: &mut Values, about: &About) -> Result<Opener, String> {
    let settings = Settings::read(target, values)?;
    let of = about.clone();
    Ok(client::opener(about, CALL, move |config, _| {
        S3Sink::new(config, settings.clone(), &of)
    }))
}

impl Settings {
    fn read(target: &str, values: &mut Values) -> Result<Self, String> {
        let (bucket, prefix) = split(target)?;
        let is_path_style = match values.text(&PATH_STYLE).as_str() {
            "auto" => None,
            "true" => Some(true),
            "false" => Some(false),
            other => {
                values.problem(
                    &PATH_STYLE,
                    format!("\"{other}\" is none of auto, true and false"),
                );
                None
            }
        };
        let has_checksums = match values.text(&CHECKSUM).as_str() {
            "when_supported" => true,
            "when_required" => false,
            other => {
                let message = format!("\"{other}\" is neither when_supported nor when_required");
                values.problem(&CHECKSUM, message);
                true
            }
        };
        Ok(Self {
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
            compression: values.parsed(&COMPRESSION),
            roll: Roll::read(values, &ROLL_SECONDS, &ROLL_BYTES),
            kms_key_id: values.optional(&KMS_KEY),
            is_path_style,
            has_checksums,
        })
    }
}

impl S3Sink {
    fn new(config: &aws::ClientConfig, settings: Settings, about: &About) -> Self {
        let style = S3Style {
            is_path: settings
                .is_path_style
                .unwrap_or_else(|| config.endpoint().is_some() || has_endpoint_of_its_own()),
            has_checksums: settings.has_checksums,
        };
        let region = config.region().unwrap_or_default();
        Self {
            door: S3::new(config, style),
            layout: Layout::new(&settings.prefix, about, region, settings.compression),
            settings,
            destination: Arc::from(""),
        }
    }

    /// A refusal is no proof: who may put objects need not be allowed to look at the bucket.
    async fn trouble(&self) -> Option<Trouble> {
        let bucket = &self.settings.bucket;
        let message = match self.door.bucket(bucket).await {
            Ok(Bucket::There | Bucket::Undisclosed) => return None,
            Err(failure) => return Some(trouble(&failure)),
            Ok(Bucket::Missing) => {
                format!(
                    "the bucket {bucket} does not exist; make it, or are its name and the endpoint right?"
                )
            }
            Ok(Bucket::Elsewhere(region)) => {
                format!(
                    "the bucket {bucket} is in another region; write --region {region}, or set AWS_REGION"
                )
            }
        };
        Some(Trouble::new(TroubleClass::Missing, message))
    }

    async fn attempt(&self, batch: &Batch) -> Outcome {
        let spans = Spans::of(batch);
        let Some(first) = batch.plan.clone().or_else(|| self.plan(batch)) else {
            return Outcome::Delivered {
                rejected: Vec::new(),
            };
        };
        let body = match Body::of(batch, self.settings.compression).await {
            Ok(body) => body,
            Err(error) => return Outcome::failed(TroubleClass::Service, error.to_string()),
        };
        let digest = format!("{}-{}", spans.text(), hex(&body.digest));
        let events = batch.events().len().to_string();
        for attempt in 0..NAMES_MAX {
            let key = next(&first, spans, attempt);
            let object = Object {
                bucket: &self.settings.bucket,
                key: &key,
                body: body.bytes.clone(),
                content_type: self.settings.compression.content_type(),
                metadata: &[(DIGEST, &digest), (EVENTS, &events)],
                kms_key_id: self.settings.kms_key_id.as_deref(),
            };
            match self.door.put_new(object).await {
                Ok(Put::Stored) => {
                    return Outcome::Delivered {
                        rejected: Vec::new(),
                    };
                }
                Ok(Put::Exists) => {}
                Err(failure) => return Outcome::Failed(trouble(&failure)),
            }
            match self.door.metadata(&self.settings.bucket, &key).await {
                Ok(Some(metadata)) if is_ours(&metadata, &digest) => {
                    return Outcome::Delivered {
                        rejected: Vec::new(),
                    };
                }
                // Something else has the name.
                Ok(Some(_)) => tracing::warn!(
                    bucket = self.settings.bucket,
                    key,
                    "another object has this name"
                ),
                Ok(None) => {
                    return Outcome::failed(
                        TroubleClass::Service,
                        format!("{key} was there, and is not"),
                    );
                }
                Err(failure) => return Outcome::Failed(self.unknown(&key, &failure)),
            }
        }
        let message = format!(
            "{NAMES_MAX} names from {first} on have other objects in s3://{}; does another broker have the same cluster name and broker id?",
            self.settings.bucket
        );
        Outcome::failed(TroubleClass::Missing, message)
    }

    /// There is an object, and whether it is this one is not known.
    fn unknown(&self, key: &str, failure: &aws::Failure) -> Trouble {
        let Trouble { message, .. } = trouble(failure);
        let bucket = &self.settings.bucket;
        Trouble {
            message: format!(
                "s3://{bucket}/{key} exists, and whether it is this object is not told: allow s3:GetObject beside s3:PutObject: {message}"
            ),
            ..trouble(failure)
        }
    }
}

fn has_endpoint_of_its_own() -> bool {
    service::environment::variable("AWS_ENDPOINT_URL_S3").is_some()
}

fn is_ours(metadata: &HashMap<String, String>, digest: &str) -> bool {
    metadata.get(DIGEST).is_some_and(|found| found == digest)
}

impl Sink for S3Sink {
    fn limits(&self) -> Limits {
        self.settings.roll.limits()
    }

    fn destination(&self, _: Origin<'_>) -> Arc<str> {
        Arc::clone(&self.destination)
    }

    fn plan(&self, batch: &Batch) -> Option<Arc<str>> {
        self.layout.plan(batch)
    }

    fn look(&self) -> Looking<'_> {
        Box::pin(self.trouble())
    }

    fn send<'a>(&'a self, batch: &'a Batch) -> Sending<'a> {
        Box::pin(self.attempt(batch))
    }
}

#[cfg(test)]
mod tests;
