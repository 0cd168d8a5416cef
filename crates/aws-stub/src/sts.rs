//! Security Token Service: AssumeRole gives credentials that end.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use jiff::Timestamp;

use crate::answer::Answer;
use crate::incoming::unescaped;
use crate::operation::Service;
use crate::signature::Secret;
use crate::state::{Asked, lock};

/// Credentials that were given.
#[derive(Debug)]
pub(crate) struct Sessions {
    lasting: Duration,
    given: BTreeMap<String, Secret>,
}

impl Sessions {
    pub(crate) fn new(lasting: Duration) -> Self {
        Self {
            lasting,
            given: BTreeMap::new(),
        }
    }

    pub(crate) fn secret(&self, key: &str) -> Option<Secret> {
        self.given.get(key).cloned()
    }
}

pub(crate) fn answer(sessions: &Mutex<Sessions>, asked: &Asked<'_>) -> (Answer, u64) {
    let form = String::from_utf8_lossy(asked.payload).into_owned();
    let field = |name: &str| {
        let pairs = form.split('&').filter_map(|pair| pair.split_once('='));
        let mut pairs = pairs.filter(|(key, _)| *key == name);
        pairs.next().map(|(_, value)| unescaped(value))
    };
    let (action, role) = (field("Action"), field("RoleArn").unwrap_or_default());
    let named = field("RoleSessionName").is_some_and(|name| (2..=64).contains(&name.len()));
    if action.as_deref() != Some("AssumeRole") || !role.starts_with("arn:aws:iam::") || !named {
        asked.violation("ValidationError", form);
        let message = "Only AssumeRole, with a role and a session name";
        return (
            Answer::error(Service::Sts, 400, "ValidationError", message),
            0,
        );
    }
    let mut sessions = lock(sessions);
    let number = sessions.given.len();
    let key = format!("ASIASTUB{number:012}");
    let lasting_ms = i64::try_from(sessions.lasting.as_millis()).unwrap_or(i64::MAX);
    let until_ms = asked.now_ms.saturating_add(lasting_ms);
    let secret = Secret {
        secret: format!("secret-of-{key}"),
        session: Some((format!("token-of-{key}"), until_ms)),
    };
    let until = Timestamp::from_millisecond(until_ms).unwrap_or(Timestamp::MAX);
    let text = format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><AssumedRoleUser><Arn>{role}/session</Arn><AssumedRoleId>AROASTUB:session</AssumedRoleId></AssumedRoleUser><Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>secret-of-{key}</SecretAccessKey><SessionToken>token-of-{key}</SessionToken><Expiration>{}</Expiration></Credentials></AssumeRoleResult><ResponseMetadata><RequestId>stub</RequestId></ResponseMetadata></AssumeRoleResponse>",
        until.strftime("%Y-%m-%dT%H:%M:%SZ")
    );
    sessions.given.insert(key, secret);
    (Answer::xml(text), 0)
}
