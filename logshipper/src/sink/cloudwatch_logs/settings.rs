//! What is configured of the sink: its target, `GROUP[:STREAM]`, and its flags. Asks nothing of the service.

use aws::LogGroup;
use service::flags::{Flag, Values};

use crate::sink::Origin;
use crate::sink::table::About;

static CREATE_GROUP: Flag = Flag::switch(
    "cloudwatch-logs.create-group",
    true,
    "Make the log group where it is missing",
);
static CREATE_STREAM: Flag = Flag::switch(
    "cloudwatch-logs.create-stream",
    true,
    "Make the log stream where it is missing",
);
static RETENTION_DAYS: Flag = Flag::text(
    "cloudwatch-logs.retention-days",
    "",
    "How many days a log group that is made here keeps events, one of the service's numbers; for ever where it is empty",
);
static KMS_KEY_ID: Flag = Flag::text(
    "cloudwatch-logs.kms-key-id",
    "",
    "The ARN of the KMS key of a log group that is made here",
);
static GROUP_CLASS: Flag = Flag::text(
    "cloudwatch-logs.group-class",
    "",
    "The class of a log group that is made here: STANDARD or INFREQUENT_ACCESS",
);
static TAGS: Flag = Flag::list(
    "cloudwatch-logs.tags",
    &[],
    "A tag of a log group that is made here, as NAME=VALUE; may be given more than once",
);
static GZIP: Flag = Flag::switch(
    "cloudwatch-logs.gzip",
    false,
    "Compress requests: a tenth of the bytes for some times the CPU",
);
static ON_TOO_OLD: Flag = Flag::text(
    "cloudwatch-logs.on-too-old",
    "dead_letter",
    "What becomes of events that are older than the service takes: dead_letter, or restamp to send them with the time of now",
);

/// All of them.
pub(super) fn flags() -> Vec<&'static Flag> {
    vec![
        &CREATE_GROUP,
        &CREATE_STREAM,
        &RETENTION_DAYS,
        &KMS_KEY_ID,
        &GROUP_CLASS,
        &TAGS,
        &GZIP,
        &ON_TOO_OLD,
    ]
}

/// Names are at most so long.
const NAME_CHARS_MAX: usize = 512;
/// Tags of one group.
const TAGS_MAX: usize = 50;
/// What the service keeps events for.
const RETENTION: [i32; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];
/// How a stream is called: a broker's, as MSK spells its name. With a cluster's UUID, and without.
const STREAM: &str = "{cluster}-{uuid}-Broker-{broker}";
const STREAM_WITHOUT_UUID: &str = "{cluster}-Broker-{broker}";
/// What a name of a stream may be made of, besides text.
const PARTS: [&str; 5] = ["{cluster}", "{uuid}", "{broker}", "{log}", "{host}"];

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Settings {
    pub(super) group: String,
    pub(super) stream: StreamName,
    pub(super) is_group_made: bool,
    pub(super) is_stream_made: bool,
    pub(super) made: LogGroup,
    pub(super) retention_days: Option<i32>,
    pub(super) is_gzip: bool,
    pub(super) on_too_old: OnTooOld,
}

/// What becomes of events that are too old.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnTooOld {
    DeadLetter,
    Restamp,
}

/// The name of a stream, but for what a log has to do with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StreamName(String);

impl Settings {
    /// Reads target and flags.
    ///
    /// # Errors
    /// What is wrong with the target.
    pub(super) fn read(target: &str, values: &mut Values, about: &About) -> Result<Self, String> {
        let (group, stream) = match target.split_once(':') {
            Some((group, stream)) => (group, Some(stream)),
            None => (target, None),
        };
        let group = group_name(group)?;
        let stream = StreamName::read(stream, about)?;
        let class = values.optional(&GROUP_CLASS);
        let classes = ["STANDARD", "INFREQUENT_ACCESS"];
        if let Some(class) = class.as_deref().filter(|class| !classes.contains(class)) {
            let message = format!("\"{class}\" is no class; write {}", classes.join(" or "));
            values.problem(&GROUP_CLASS, message);
        }
        let made = LogGroup {
            kms_key_id: values.optional(&KMS_KEY_ID),
            class,
            tags: tags(values),
        };
        Ok(Self {
            group,
            stream,
            is_group_made: values.switch(&CREATE_GROUP),
            is_stream_made: values.switch(&CREATE_STREAM),
            made,
            retention_days: retention_days(values),
            is_gzip: values.switch(&GZIP),
            on_too_old: on_too_old(values),
        })
    }
}

fn group_name(group: &str) -> Result<String, String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || ".-_/#".contains(c);
    if group.is_empty() {
        return Err("there is no log group; write cloudwatch-logs:GROUP".to_owned());
    }
    if group.starts_with("arn") {
        return Err(format!(
            "\"{group}\" is an ARN; write the log group's name and its --region"
        ));
    }
    if group.len() > NAME_CHARS_MAX || !group.chars().all(allowed) {
        return Err(format!(
            "\"{group}\" cannot name a log group: up to {NAME_CHARS_MAX} letters, digits and .-_/#"
        ));
    }
    Ok(group.to_owned())
}

fn tags(values: &mut Values) -> Vec<(String, String)> {
    let texts = values.list(&TAGS);
    if texts.len() > TAGS_MAX {
        values.problem(&TAGS, format!("a log group has at most {TAGS_MAX} tags"));
    }
    let mut tags = Vec::new();
    for text in texts {
        match text.split_once('=') {
            Some((name, value)) if !name.is_empty() => tags.push((name.into(), value.into())),
            _ => values.problem(&TAGS, format!("\"{text}\" is no tag; write NAME=VALUE")),
        }
    }
    tags
}

fn retention_days(values: &mut Values) -> Option<i32> {
    let text = values.optional(&RETENTION_DAYS)?;
    let days = text.parse().ok().filter(|days| RETENTION.contains(days));
    if days.is_none() {
        let all: Vec<_> = RETENTION.iter().map(ToString::to_string).collect();
        let message = format!(
            "\"{text}\" is no number of days that the service knows: {}",
            all.join(", ")
        );
        values.problem(&RETENTION_DAYS, message);
    }
    days
}

fn on_too_old(values: &mut Values) -> OnTooOld {
    match values.text(&ON_TOO_OLD).as_str() {
        "dead_letter" => OnTooOld::DeadLetter,
        "restamp" => OnTooOld::Restamp,
        text => {
            let message = format!("\"{text}\" is neither dead_letter nor restamp");
            values.problem(&ON_TOO_OLD, message);
            OnTooOld::DeadLetter
        }
    }
}

impl StreamName {
    fn read(given: Option<&str>, about: &About) -> Result<Self, String> {
        let pattern = match given {
            Some(pattern) => pattern,
            None if about.cluster_uuid.is_empty() => STREAM_WITHOUT_UUID,
            None => STREAM,
        };
        if pattern.contains("{uuid}") && about.cluster_uuid.is_empty() {
            return Err(format!(
                "\"{pattern}\" has the cluster's UUID in it, and there is none; give --cluster-uuid"
            ));
        }
        let mut left = pattern.to_owned();
        for part in PARTS {
            left = left.replace(part, "");
        }
        let name = pattern
            .replace("{cluster}", &about.cluster_name)
            .replace("{uuid}", &about.cluster_uuid)
            .replace("{broker}", &about.broker_id);
        if name.is_empty() || left.contains([':', '*', '{', '}']) {
            return Err(format!(
                "\"{pattern}\" cannot name log streams: it holds neither : nor *, and in braces only {}",
                PARTS.join(", ")
            ));
        }
        if name.chars().count() > NAME_CHARS_MAX {
            return Err(format!(
                "\"{name}\" cannot name a log stream: it is longer than {NAME_CHARS_MAX} characters"
            ));
        }
        Ok(Self(name))
    }

    /// Puts in what this machine is called.
    pub(super) fn on(self, host: &str) -> Self {
        let host = Some(host).filter(|host| !host.is_empty());
        Self(self.0.replace("{host}", host.unwrap_or("localhost")))
    }

    /// The stream of a log. What a stream cannot be called becomes `_`.
    pub(super) fn of(&self, origin: Origin<'_>) -> String {
        let name = self.0.replace("{log}", origin.log);
        let allowed = |c| match c {
            ':' | '*' => '_',
            c => c,
        };
        name.chars().map(allowed).take(NAME_CHARS_MAX).collect()
    }
}

#[cfg(test)]
mod tests;
