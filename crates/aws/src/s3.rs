//! Amazon S3: puts an object where there is none, says what an object is and where a bucket is; one request a call.
//!
//! Neither multipart uploads nor reading: an object is one body in memory.

use std::collections::HashMap;
use std::fmt;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::RequestChecksumCalculation;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::operation::put_object::PutObjectError;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ServerSideEncryption;

use crate::ClientConfig;
use crate::failure::{Failure, FailureKind};

const SERVICE: &str = "S3";

/// In which region a bucket is; told with most answers about one.
const BUCKET_REGION: &str = "x-amz-bucket-region";

/// A client of the service.
#[derive(Clone, Debug)]
pub struct S3 {
    client: Client,
    region: String,
}

/// How buckets are spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct S3Style {
    /// `endpoint/bucket/key` instead of `bucket.endpoint/key`, which an emulator may not resolve.
    pub is_path: bool,
    /// Whether bodies carry a checksum though nothing demands it; some stores other than AWS refuse it.
    pub has_checksums: bool,
}

/// An object to be put.
#[derive(Clone)]
pub struct Object<'a> {
    /// Of which bucket.
    pub bucket: &'a str,
    /// Its whole name.
    pub key: &'a str,
    /// What is in it.
    pub body: Vec<u8>,
    /// `application/gzip`.
    pub content_type: &'a str,
    /// Kept with it: names without `x-amz-meta-`, and values.
    pub metadata: &'a [(&'a str, &'a str)],
    /// The key of KMS that it is encrypted with.
    pub kms_key_id: Option<&'a str>,
}

/// What became of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// It is there now.
    Stored,
    /// One of this name was there before.
    Exists,
}

/// What is known of a bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bucket {
    /// It is there.
    There,
    /// There is none of this name.
    Missing,
    /// It is in another region, which is named.
    Elsewhere(String),
    /// The service does not tell: who may put objects need not be allowed to look.
    Undisclosed,
}

impl S3 {
    /// A client with these settings. Opens nothing yet.
    pub fn new(config: &ClientConfig, style: S3Style) -> Self {
        let checksums = if style.has_checksums {
            RequestChecksumCalculation::WhenSupported
        } else {
            RequestChecksumCalculation::WhenRequired
        };
        let builder = aws_sdk_s3::config::Builder::from(config.sdk())
            .force_path_style(style.is_path)
            .request_checksum_calculation(checksums);
        Self {
            client: Client::from_conf(builder.build()),
            region: config.region().unwrap_or_default().to_owned(),
        }
    }

    /// Looks at a bucket (`HeadBucket`, which the policy calls `s3:ListBucket`).
    ///
    /// # Errors
    /// Nothing was asked, or nothing answers.
    pub async fn bucket(&self, bucket: &str) -> Result<Bucket, Failure> {
        let error = match self.client.head_bucket().bucket(bucket).send().await {
            Ok(_) => return Ok(Bucket::There),
            Err(error) => error,
        };
        let Some(answer) = error.raw_response() else {
            return Err(failure(error));
        };
        let told = answer.headers().get(BUCKET_REGION).unwrap_or_default();
        Ok(match answer.status().as_u16() {
            404 => Bucket::Missing,
            // Without a body, which HEAD has none of, a request to the wrong region is a bad one or a redirection.
            301 | 400 if !told.is_empty() && told != self.region => {
                Bucket::Elsewhere(told.to_owned())
            }
            _ => Bucket::Undisclosed,
        })
    }

    /// Puts an object, unless there is one of this name.
    ///
    /// # Errors
    /// It is not known to be there.
    pub async fn put_new(&self, object: Object<'_>) -> Result<Put, Failure> {
        let mut request = self
            .client
            .put_object()
            .bucket(object.bucket)
            .key(object.key)
            .if_none_match("*")
            .content_type(object.content_type)
            .body(ByteStream::from(object.body));
        for (name, value) in object.metadata {
            request = request.metadata(*name, *value);
        }
        if let Some(key) = object.kms_key_id {
            request = request
                .server_side_encryption(ServerSideEncryption::AwsKms)
                .ssekms_key_id(key);
        }
        match request.send().await {
            Ok(answer) if answer.e_tag.is_none() => Err(stranger()),
            Ok(_) => Ok(Put::Stored),
            Err(error)
                if error
                    .raw_response()
                    .is_some_and(|answer| answer.status().as_u16() == 412) =>
            {
                Ok(Put::Exists)
            }
            Err(error) => Err(failure::<PutObjectError>(error)),
        }
    }

    /// What is kept with an object, if there is one.
    ///
    /// # Errors
    /// It is not known.
    pub async fn metadata(
        &self,
        bucket: &str,
        key: &str,
    ) -> Result<Option<HashMap<String, String>>, Failure> {
        let request = self.client.head_object().bucket(bucket).key(key);
        match request.send().await {
            Ok(answer) if answer.e_tag.is_none() => Err(stranger()),
            Ok(answer) => Ok(Some(answer.metadata.unwrap_or_default())),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|error| error.is_not_found()) =>
            {
                Ok(None)
            }
            Err(error) => Err(failure(error)),
        }
    }
}

/// Every object has an ETag, in every store: a success without one is the page of a proxy or of another server, and
/// acknowledges nothing.
fn stranger() -> Failure {
    Failure::stranger(SERVICE, "a success without an ETag")
}

fn failure<E>(error: aws_sdk_s3::error::SdkError<E>) -> Failure
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let mut failure = Failure::of(SERVICE, error);
    // It never looks into a body: what it refuses but for its size is how it was asked, and no object at all
    // would pass.
    let is_about_size = failure.code.is_empty() || failure.code.contains("TooLarge");
    if failure.kind == FailureKind::Data && !is_about_size {
        failure.kind = FailureKind::Missing;
    }
    failure
}

impl fmt::Debug for Object<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{} ({} B)", self.bucket, self.key, self.body.len())
    }
}

#[cfg(test)]
mod tests;
