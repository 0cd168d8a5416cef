//! What the sinks of AWS share: the settings of their clients, and what a failure of a service means for
//! delivery.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aws::{ClientConfig, ClientOptions, Failure, FailureKind, Role};

use super::table::{About, OpenError, Opener, Surroundings};
use super::{Sink, Trouble, TroubleClass, spelling};

/// The variable of the AWS command line and SDKs that names a bundle of certificates; the SDK for Rust does not
/// read it.
const CA_BUNDLE: &str = "AWS_CA_BUNDLE";
/// The variables that name another endpoint of one service.
const ENDPOINTS: [&str; 4] = [
    "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS",
    "AWS_ENDPOINT_URL_FIREHOSE",
    "AWS_ENDPOINT_URL_KINESIS",
    "AWS_ENDPOINT_URL_S3",
];
/// A bundle beyond this is none: the system's own is a quarter of it.
const CA_BUNDLE_BYTES_MAX: u64 = 1 << 20;

/// Opens a sink of AWS, which is made of its client's settings. A call may take so long, with its connection.
pub fn opener<S: Sink + 'static>(
    about: &About,
    call: Duration,
    make: impl Fn(&ClientConfig, Surroundings) -> S + Clone + Send + Sync + 'static,
) -> Opener {
    let about = about.clone();
    Box::new(move |surroundings| {
        let (about, make) = (about.clone(), make.clone());
        Box::pin(async move {
            let config = config(&about).await?.within(call);
            let sink: Arc<dyn Sink> = Arc::new(make(&config, surroundings));
            Ok(sink)
        })
    })
}

/// The settings of a sink's client: the SDK's own search, but for what was configured.
///
/// # Errors
/// There is no region, or the bundle of certificates cannot be used.
async fn config(about: &About) -> Result<ClientConfig, OpenError> {
    let certificates = match service::environment::variable(CA_BUNDLE) {
        Some(path) => Some(bundle(&path)?),
        None => None,
    };
    let role = about.role_arn.clone().map(|arn| Role {
        arn,
        session: session(about),
        external_id: None,
    });
    let options = ClientOptions {
        region: about.region.clone(),
        endpoint: about.endpoint_url.clone(),
        role,
        certificates,
    };
    let config = ClientConfig::with(options).await.map_err(|error| {
        let cause = std::error::Error::source(&error);
        let cause = cause.map(|cause| format!(": {cause}")).unwrap_or_default();
        OpenError(format!("{CA_BUNDLE}: {error}{cause}"))
    })?;
    check(&config)?;
    Ok(config)
}

/// What was found may be wrong, wherever it was found.
fn check(config: &ClientConfig) -> Result<(), OpenError> {
    let endpoints = ENDPOINTS.map(service::environment::variable);
    let endpoints = endpoints.iter().flatten().map(String::as_str);
    let endpoints: Vec<_> = config.endpoint().into_iter().chain(endpoints).collect();
    for endpoint in &endpoints {
        spelling::endpoint_url(endpoint).map_err(OpenError)?;
    }
    match config.region() {
        None => Err(OpenError(
            "no AWS region is set; give --region, or set AWS_REGION or a profile's region"
                .to_owned(),
        )),
        Some(region) => spelling::region(region, !endpoints.is_empty()).map_err(OpenError),
    }
}

fn bundle(path: &str) -> Result<Vec<u8>, OpenError> {
    let text = service::files::read_text(Path::new(path), CA_BUNDLE_BYTES_MAX);
    text.map(String::into_bytes).map_err(|error| {
        OpenError(format!(
            "{CA_BUNDLE}: {path}: {error}; name a file of certificates in PEM, or unset it"
        ))
    })
}

/// What the trail of the role's account shows: letters, digits and `=,.@-`, at most 64 of them.
fn session(about: &About) -> String {
    let name = format!("outrigger-{}-{}", about.cluster_name, about.broker_id);
    let allowed = |c: char| c.is_ascii_alphanumeric() || "=,.@-".contains(c);
    let name = name.chars().map(|c| if allowed(c) { c } else { '-' });
    name.take(64).collect()
}

/// What delivery does about a failure.
pub fn trouble(failure: &Failure) -> Trouble {
    Trouble {
        class: class(failure.kind),
        retry_after: failure.retry_after,
        doubtful: None,
        message: failure.to_string(),
    }
}

/// Its class.
pub fn class(kind: FailureKind) -> TroubleClass {
    match kind {
        FailureKind::NoCredentials | FailureKind::Credentials | FailureKind::Clock => {
            TroubleClass::Credentials
        }
        FailureKind::Throttled => TroubleClass::Throttled,
        FailureKind::Service => TroubleClass::Service,
        FailureKind::Unanswered => TroubleClass::Unanswered,
        FailureKind::Missing | FailureKind::Refused | FailureKind::Unsent => TroubleClass::Missing,
        FailureKind::Data => TroubleClass::Data,
    }
}
