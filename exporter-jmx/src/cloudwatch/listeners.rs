//! Which listeners are for clients, and how clients log in there: MSK's dimension `Client Authentication`.

use std::collections::BTreeMap;

use crate::source::Bean;

use super::matched::{MatchedSection, unquoted};

/// MSK's names of listeners, and how clients log in at each.
const BY_NAME: &[(&str, &str)] = &[
    ("CLIENT_SECURE", "SSL"),
    ("CLIENT_SASL_SCRAM", "SASL_SCRAM"),
    ("CLIENT_IAM", "IAM"),
];
/// MSK calls listeners for clients so, those of brokers and controllers otherwise.
const FOR_CLIENTS: &str = "CLIENT";

/// What a bean `outrigger.authn:type=Listener` says of a listener.
#[derive(Debug)]
pub(super) struct Told {
    listener: String,
    is_protocol: bool,
    text: String,
}

/// All listeners that somebody told of, with what is asked of clients there.
#[derive(Debug, Default)]
pub(super) struct Listeners(BTreeMap<String, (String, String)>);

impl Told {
    pub(super) fn of(bean: &Bean, text: &str) -> Option<Self> {
        let is_listener =
            bean.domain() == "outrigger.authn" && bean.property("type") == Some("Listener");
        let is_protocol = match bean.property("name").filter(|_| is_listener)? {
            "SecurityProtocol" => true,
            "Mechanisms" => false,
            _ => return None,
        };
        Some(Self {
            listener: unquoted(bean.property("listener")?),
            is_protocol,
            text: text.to_owned(),
        })
    }
}

impl Listeners {
    pub(super) fn of<'a>(sections: impl Iterator<Item = &'a MatchedSection>) -> Self {
        let mut listeners = Self::default();
        for told in sections.flat_map(|section| &section.told) {
            let (protocol, mechanisms) = listeners.0.entry(told.listener.clone()).or_default();
            let place = if told.is_protocol {
                protocol
            } else {
                mechanisms
            };
            place.clone_from(&told.text);
        }
        listeners
    }

    /// How clients log in; `None` where they do not, and where it is another way than MSK's.
    pub(super) fn client_authentication(&self, listener: &str) -> Option<&'static str> {
        if let Some((_, kind)) = BY_NAME.iter().find(|(name, _)| *name == listener) {
            return Some(kind);
        }
        let (protocol, mechanisms) = self.0.get(listener)?;
        let has = |mechanism: &str| {
            mechanisms
                .split(',')
                .any(|one| one.trim().starts_with(mechanism))
        };
        match protocol.as_str() {
            "SSL" => Some("SSL"),
            "SASL_SSL" if has("SCRAM-") => Some("SASL_SCRAM"),
            "SASL_SSL" if has("AWS_MSK_IAM") || has("OAUTHBEARER") => Some("IAM"),
            _ => None,
        }
    }

    /// Whether clients are who comes there.
    pub(super) fn is_for_clients(&self, listener: &str) -> bool {
        listener.starts_with(FOR_CLIENTS) || self.0.contains_key(listener)
    }
}
