//! Our schema against the definitions that Apache Kafka 4.3.1 ships inside its client jar: names,
//! order, types, versions, nullability, defaults, tags, and what may be dropped silently.
//!
//! Not compared, because it never reaches the wire: documentation, `entityType`, `mapKey` and
//! `zeroCopy`. `ignorable` is compared where a field is absent in some version of its
//! structure; elsewhere it says nothing.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::schema::{Api, Field, Kind, Message, Struct, Versions};
use crate::schemas;

/// Every difference there is, with its reason.
const EXPLAINED: &[(&str, &str)] = &[
    (
        "InitProducerIdRequest: versions 0-6, ours 0-5",
        "version 6 is marked unstable and not advertised by Kafka 4.3 (KIP-939)",
    ),
    (
        "InitProducerIdResponse: versions 0-6, ours 0-5",
        "as the request",
    ),
    (
        "InitProducerIdRequest.Enable2Pc: not in ours",
        "version 6 only",
    ),
    (
        "InitProducerIdRequest.KeepPreparedTxn: not in ours",
        "version 6 only",
    ),
    (
        "InitProducerIdResponse.OngoingTxnProducerId: not in ours",
        "version 6 only",
    ),
    (
        "InitProducerIdResponse.OngoingTxnProducerEpoch: not in ours",
        "version 6 only",
    ),
    (
        "ShareFetchRequest.Topics.Partitions.PartitionMaxBytes: not in ours",
        "version 0 only, which Kafka 4.3 does not have",
    ),
];

/// Structures of one name and two shapes in a request and its response: ours is prefixed in the
/// response, since both share a Rust module.
const RENAMED: &[(&str, &str, &str)] = &[
    ("AlterClientQuotas", "EntryData", "ResponseEntryData"),
    ("DescribeQuorum", "PartitionData", "ResponsePartitionData"),
    ("DescribeQuorum", "TopicData", "ResponseTopicData"),
];

#[test]
fn the_schema_says_what_kafka_says() {
    let mut differences = Vec::new();
    for api in &schemas::all() {
        for message in [&api.request, &api.response] {
            let definition = definition(&message.body.name);
            let mut check = Check {
                api,
                message,
                definition: &definition,
                differences: &mut differences,
            };
            check.message();
        }
    }
    let found: BTreeSet<&str> = differences.iter().map(String::as_str).collect();
    let explained: BTreeSet<&str> = EXPLAINED
        .iter()
        .map(|(difference, _)| *difference)
        .collect();
    assert_eq!(found, explained, "left: found, right: explained");
}

#[test]
fn the_schema_has_every_api_that_kafka_serves_to_clients() {
    let folder = definitions();
    let mut kafka = BTreeSet::new();
    for entry in fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Some(name) = name.strip_suffix("Request.json") else {
            continue;
        };
        let definition = definition(&format!("{name}Request"));
        let for_brokers = definition["listeners"]
            .as_array()
            .is_some_and(|listeners| listeners.iter().any(|l| l == "broker"));
        if for_brokers && definition["validVersions"] != "none" {
            kafka.insert((definition["apiKey"].as_i64().unwrap(), name.to_owned()));
        }
    }
    let ours: BTreeSet<(i64, String)> = schemas::APIS
        .iter()
        .map(|api| (i64::from(api.key.unwrap()), api.name.clone()))
        .collect();
    assert_eq!(ours, kafka);
}

/// Where `cargo xtask tools` unpacks the definitions.
fn definitions() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = root.join(".tools/kafka/message");
    assert!(
        folder.is_dir(),
        "Kafka's message definitions are not in .tools/kafka/message: run `cargo xtask tools`"
    );
    folder
}

/// One definition: JSON with line comments.
fn definition(name: &str) -> Value {
    let path = definitions().join(name).with_extension("json");
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let without_comments: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect();
    serde_json::from_str(&without_comments).unwrap_or_else(|e| panic!("{name}: {e}"))
}

struct Check<'a> {
    api: &'a Api,
    message: &'a Message,
    definition: &'a Value,
    differences: &'a mut Vec<String>,
}

impl Check<'_> {
    fn message(&mut self) {
        let name = &self.message.body.name;
        let ours = self.message.body.versions;
        let everything = Versions {
            first: 0,
            last: i16::MAX,
        };
        let theirs = Versions::parse(text(self.definition, "validVersions"), everything).unwrap();
        if theirs != ours {
            self.differences
                .push(format!("{name}: versions {theirs}, ours {ours}"));
        }
        let flexible = match text(self.definition, "flexibleVersions") {
            "none" => None,
            from => Some(from.strip_suffix('+').unwrap().parse::<i16>().unwrap()),
        };
        // "0+" of a message that starts at 1 is "1+".
        let flexible = flexible.map(|from| from.max(ours.first));
        if flexible != self.message.flexible.map(|from| from.max(ours.first)) {
            self.differences
                .push(format!("{name}: flexible from {flexible:?}"));
        }
        if let Some(key) = self.definition["apiKey"].as_i64()
            && Some(key) != self.api.key.map(i64::from)
        {
            self.differences.push(format!("{name}: key {key}"));
        }
        let fields = self.definition["fields"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        self.fields(name, &fields, &self.message.body, ours);
    }

    fn fields(&mut self, path: &str, theirs: &[Value], ours: &Struct, within: Versions) {
        let mut expected = ours.fields.iter();
        for their in theirs {
            let name = text(their, "name");
            let at = format!("{path}.{name}");
            let Some(versions) = intersection(text(their, "versions"), within) else {
                self.differences.push(format!("{at}: not in ours"));
                continue;
            };
            match expected.next() {
                Some(our) if our.name == name => self.field(&at, their, our, (versions, within)),
                other => {
                    let other = other.map(|field| &field.name);
                    self.differences
                        .push(format!("{at}: ours has {other:?} in its place"));
                    return;
                }
            }
        }
        for left in expected {
            self.differences
                .push(format!("{path}.{}: only in ours", left.name));
        }
    }

    fn field(
        &mut self,
        at: &str,
        their: &Value,
        our: &Field,
        (versions, within): (Versions, Versions),
    ) {
        let mut expect = |what: &str, equal: bool| {
            if !equal {
                self.differences
                    .push(format!("{at}: {what}: {their}, ours {our:?}"));
            }
        };
        let their_type = text(their, "type");
        let (element, array) = match their_type.strip_prefix("[]") {
            Some(element) => (element, true),
            None => (their_type, false),
        };
        let mut kind = Kind::parse(element);
        if let Some(Kind::Struct(name)) = &mut kind
            && self.message.body.name.ends_with("Response")
            && let Some((_, _, renamed)) = RENAMED
                .iter()
                .find(|(api, from, _)| *api == self.api.name && from == name)
        {
            *name = (*renamed).to_owned();
        }
        expect(
            "type",
            kind.as_ref() == Some(&our.kind) && array == our.array,
        );
        // A structure shared by request and response may be wider than this use of it.
        expect(
            "versions",
            our.versions == versions || our.versions.contain(versions),
        );
        let nullable = their["nullableVersions"].as_str();
        let nullable = nullable.and_then(|n| intersection(n, versions));
        expect("nullable", nullable == our.nullable);
        expect("default", default(their) == default_of(our));
        let tag = their["tag"].as_u64();
        expect("tag", tag == our.tag.map(u64::from));
        let tagged = their["taggedVersions"]
            .as_str()
            .and_then(|t| intersection(t, versions));
        expect(
            "tagged versions",
            tagged.is_none_or(|tagged| tagged == versions),
        );
        expect("tagged", tagged.is_some() == our.tag.is_some());
        let partial = versions != within;
        let ignorable = their["ignorable"].as_bool().unwrap_or(false);
        expect("ignorable", !partial || ignorable == our.ignorable);
        expect(
            "classic",
            (their["flexibleVersions"] == "none") == our.classic,
        );
        self.structure(at, their, our, element, versions);
    }

    fn structure(&mut self, at: &str, their: &Value, our: &Field, name: &str, versions: Versions) {
        let Kind::Struct(our_name) = &our.kind else {
            return;
        };
        let common = self.definition["commonStructs"].as_array();
        let common = common.and_then(|all| all.iter().find(|s| s["name"] == name));
        let fields = their["fields"]
            .as_array()
            .or_else(|| common?["fields"].as_array());
        let (Some(fields), Some(ours)) = (fields.cloned(), self.api.structure(our_name)) else {
            self.differences.push(format!("{at}: no fields of {name}"));
            return;
        };
        self.fields(at, &fields, ours, versions);
    }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key]
        .as_str()
        .unwrap_or_else(|| panic!("no {key} in {value}"))
}

/// The versions of `text` inside `within`; `None` where there are none.
fn intersection(text: &str, within: Versions) -> Option<Versions> {
    let everything = Versions {
        first: 0,
        last: i16::MAX,
    };
    let Versions { first, last } = Versions::parse(text, everything)?;
    let (first, last) = (first.max(within.first), last.min(within.last));
    (first <= last).then_some(Versions { first, last })
}

/// A default in one spelling; `None` is the zero of the type.
fn default(their: &Value) -> Option<String> {
    let spelled = match &their["default"] {
        Value::Null => return None,
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    };
    normal(&spelled, text(their, "type"))
}

fn default_of(our: &Field) -> Option<String> {
    let type_ = if our.kind == Kind::Records {
        "records"
    } else {
        ""
    };
    normal(our.default.as_deref()?, type_)
}

fn normal(spelled: &str, type_: &str) -> Option<String> {
    match spelled {
        "" | "0" | "false" => None,
        // Records are null by default whether the definition says so or not.
        "null" if type_ == "records" => None,
        "0x7fffffff" => Some(i32::MAX.to_string()),
        other => Some(other.to_owned()),
    }
}
