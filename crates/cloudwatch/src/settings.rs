//! The `--cloudwatch.*` flags, the same for both exporters.

use std::time::Duration;

use regex::Regex;
use service::flags::{Flag, Values};

use crate::datum::{NAME_BYTES_MAX, is_text};
use crate::level::Level;

const ENABLED: Flag = Flag::switch(
    "cloudwatch.enabled",
    false,
    "Publish to Amazon CloudWatch. Every metric costs money: see --cloudwatch.dry-run",
);
const NAMESPACE: Flag = Flag::text(
    "cloudwatch.namespace",
    "Outrigger/Kafka",
    "CloudWatch namespace; MSK's own, AWS/Kafka, is reserved for AWS",
);
const LEVEL: Flag = Flag::text(
    "cloudwatch.level",
    "basic",
    "Monitoring level: basic, enhanced, topic, partition, or MSK's names for them",
);
const CLUSTER_NAME: Flag = Flag::text(
    "cloudwatch.cluster-name",
    "",
    "Value of the dimension Cluster Name; required to publish",
);
const BROKER_ID: Flag = Flag::text(
    "cloudwatch.broker-id",
    "1",
    "Value of the dimension Broker ID",
);
const TOPICS: Flag = Flag::text(
    "cloudwatch.topics",
    ".*",
    "Regular expression for the whole name of the topics whose own metrics are published",
);
const GROUPS: Flag = Flag::text(
    "cloudwatch.groups",
    ".*",
    "Regular expression for the whole name of the consumer groups whose lag is published",
);
const MAX_METRICS: Flag = Flag::text(
    "cloudwatch.max-metrics",
    "1000",
    "Most metrics to publish; the lower levels come first, what is left out is counted",
);
const INTERVAL: Flag = Flag::text(
    "cloudwatch.interval",
    "60s",
    "How often to publish; below 60s metrics are of high resolution",
);
const REGION: Flag = Flag::text(
    "cloudwatch.region",
    "",
    "AWS region; unless given, where the AWS SDK finds it",
);
const ENDPOINT_URL: Flag = Flag::text(
    "cloudwatch.endpoint-url",
    "",
    "Another endpoint than the region's, for a VPC endpoint or an emulator",
);
const DRY_RUN: Flag = Flag::switch(
    "cloudwatch.dry-run",
    false,
    "Print how many metrics each level would publish now, and exit",
);
const PRICE: Flag = Flag::text(
    "cloudwatch.price-per-metric",
    "",
    "Price of one metric a month, for the estimate of --cloudwatch.dry-run",
);

/// THE FLAGS.
pub const FLAGS: &[&Flag] = &[
    &ENABLED,
    &NAMESPACE,
    &LEVEL,
    &CLUSTER_NAME,
    &BROKER_ID,
    &TOPICS,
    &GROUPS,
    &MAX_METRICS,
    &INTERVAL,
    &REGION,
    &ENDPOINT_URL,
    &DRY_RUN,
    &PRICE,
];

/// High resolution is by the second.
const INTERVAL_MIN: Duration = Duration::from_secs(1);
/// Longer, and MSK's alarms on one-minute periods find nothing.
const INTERVAL_MAX: Duration = Duration::from_secs(3600);
/// A regular expression that compiles to more is no filter any more.
const REGEX_BYTES_MAX: usize = 1 << 20;

/// Names that are let through; by default all.
#[derive(Clone, Debug, Default)]
pub struct NameFilter(Option<Regex>);

/// What the flags came to.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Whether anything is published.
    pub is_enabled: bool,
    /// Where it is published.
    pub namespace: String,
    /// How much.
    pub level: Level,
    /// For the dimension `Cluster Name`.
    pub cluster_name: String,
    /// For the dimension `Broker ID`.
    pub broker_id: String,
    /// Topics whose own metrics are published.
    pub topics: NameFilter,
    /// Consumer groups whose lag is published.
    pub groups: NameFilter,
    /// The most metrics.
    pub max_metrics: usize,
    /// How often.
    pub interval: Duration,
    /// `None`: where the AWS SDK finds it.
    pub region: Option<String>,
    /// `None`: the region's.
    pub endpoint_url: Option<String>,
    /// Whether only the number of metrics is asked for.
    pub is_dry_run: bool,
    /// Of one metric a month, in whatever currency.
    pub price_per_metric: Option<f64>,
}

impl Settings {
    /// Reads the flags.
    pub fn read(values: &mut Values) -> Self {
        let settings = Self {
            is_enabled: values.switch(&ENABLED),
            namespace: values.text(&NAMESPACE),
            level: values.parsed(&LEVEL),
            cluster_name: cluster_name(values),
            broker_id: values.text(&BROKER_ID),
            topics: filter(values, &TOPICS),
            groups: filter(values, &GROUPS),
            max_metrics: values.parsed(&MAX_METRICS),
            interval: values.duration(&INTERVAL),
            region: values.optional(&REGION),
            endpoint_url: values.optional(&ENDPOINT_URL),
            is_dry_run: values.switch(&DRY_RUN),
            price_per_metric: price(values),
        };
        if let Some(problem) = wrong_namespace(&settings.namespace) {
            values.problem(&NAMESPACE, format!("\"{}\" {problem}", settings.namespace));
        }
        if !(INTERVAL_MIN..=INTERVAL_MAX).contains(&settings.interval) {
            values.problem(&INTERVAL, "must be from 1s to 1h");
        }
        for (flag, value, is_needed) in [
            (&CLUSTER_NAME, &settings.cluster_name, settings.is_enabled),
            (&BROKER_ID, &settings.broker_id, true),
        ] {
            if is_needed && value.is_empty() && flag.name == CLUSTER_NAME.name {
                values.problem(flag, "is required where cloudwatch.enabled is true");
            } else if (is_needed || !value.is_empty()) && !is_text(value, NAME_BYTES_MAX) {
                values.problem(
                    flag,
                    "must be a text of printable ASCII, at most 255 characters",
                );
            }
        }
        settings
    }
}

impl NameFilter {
    /// An expression for the whole name.
    ///
    /// # Errors
    /// It is none, or compiles to too much.
    pub fn new(expression: &str) -> Result<Self, regex::Error> {
        let whole = format!("^(?:{expression})$");
        let mut builder = regex::RegexBuilder::new(&whole);
        Ok(Self(Some(builder.size_limit(REGEX_BYTES_MAX).build()?)))
    }

    /// Whether this name is let through.
    pub fn is_match(&self, name: &str) -> bool {
        self.0.as_ref().is_none_or(|regex| regex.is_match(name))
    }
}

/// A dry run counts the same under any name.
fn cluster_name(values: &Values) -> String {
    let name = values.text(&CLUSTER_NAME);
    if name.is_empty() && values.switch(&DRY_RUN) {
        return "unnamed".to_owned();
    }
    name
}

fn filter(values: &mut Values, flag: &Flag) -> NameFilter {
    let text = values.text(flag);
    NameFilter::new(&text).unwrap_or_else(|error| {
        values.problem(flag, format!("\"{text}\": {error}"));
        NameFilter::default()
    })
}

fn price(values: &mut Values) -> Option<f64> {
    let text = values.optional(&PRICE)?;
    let price: f64 = text.parse().unwrap_or(f64::NAN);
    if price.is_finite() && price >= 0.0 {
        return Some(price);
    }
    values.problem(&PRICE, format!("\"{text}\" is no price, such as 0.30"));
    None
}

/// Why CloudWatch would not take this namespace.
fn wrong_namespace(namespace: &str) -> Option<&'static str> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_/#: ".contains(&byte);
    if namespace.to_ascii_uppercase().starts_with("AWS/") {
        return Some("is reserved: CloudWatch takes names below AWS/ only from AWS itself");
    }
    let is_legal = is_text(namespace, NAME_BYTES_MAX) && namespace.bytes().all(is_allowed);
    if !is_legal || namespace.starts_with(':') {
        return Some(
            "is no namespace: 1 to 255 letters, digits and . - _ / # : or space, not beginning with a colon",
        );
    }
    None
}

#[cfg(test)]
mod tests;
