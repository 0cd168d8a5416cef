//! What of an answer is a decision: error codes, the names beside them, bit fields of operations, in order. Everything else may differ between two servers.

use protocol::ApiKey;

use super::Ids;

const ALWAYS: &[&str] = &[
    "error_code",
    "group_id",
    "key",
    "resource_name",
    "resource_type",
    "topic",
    "topic_id",
    "topic_config_error_code",
    "authorized_operations",
    "topic_authorized_operations",
    "cluster_authorized_operations",
    "is_internal",
    "principal",
    "user",
];
/// Also where the name is a topic's or a user's, and not a configuration key's.
const NAME: &str = "name";
const WITHOUT_NAMES: &[ApiKey] = &[
    ApiKey::DescribeConfigs,
    ApiKey::CreateTopics,
    ApiKey::ApiVersions,
];
/// Answers that come in no order, on purpose or by Java's hash tables.
const UNORDERED: &[ApiKey] = &[
    ApiKey::AlterConfigs,
    ApiKey::AlterUserScramCredentials,
    ApiKey::CreatePartitions,
    ApiKey::CreateTopics,
    ApiKey::DeleteGroups,
    ApiKey::DeleteRecords,
    ApiKey::DeleteTopics,
    ApiKey::DescribeAcls,
    ApiKey::DescribeConfigs,
    ApiKey::DescribeGroups,
    ApiKey::DescribeLogDirs,
    ApiKey::DescribeTopicPartitions,
    ApiKey::DescribeUserScramCredentials,
    ApiKey::Fetch,
    ApiKey::IncrementalAlterConfigs,
    ApiKey::ListConfigResources,
    ApiKey::ListGroups,
    ApiKey::ListOffsets,
    ApiKey::Metadata,
    ApiKey::OffsetCommit,
    ApiKey::OffsetDelete,
    ApiKey::OffsetFetch,
    ApiKey::OffsetForLeaderEpoch,
    ApiKey::Produce,
];

/// The facts in the `Debug` text of an answer, in a shape of their own; ids become the names of
/// their topics.
pub fn facts(api_key: ApiKey, answer: &str, ids: &Ids) -> String {
    if answer == "closed" {
        return answer.to_owned();
    }
    let mut text = answer.to_owned();
    for (name, id) in ids {
        text = text.replace(&format!("{id:?}"), &format!("id-of-{name}"));
    }
    let mut scan = Scan {
        rest: &text,
        names: !WITHOUT_NAMES.contains(&api_key),
        fresh_ids: api_key == ApiKey::CreateTopics,
        sorted: UNORDERED.contains(&api_key),
    };
    scan.value()
}

/// Reads what `derive(Debug)` writes.
struct Scan<'a> {
    rest: &'a str,
    names: bool,
    /// Whether ids were drawn for this answer.
    fresh_ids: bool,
    sorted: bool,
}

impl Scan<'_> {
    fn take(&mut self, bytes: usize) -> String {
        let (taken, rest) = self.rest.split_at(bytes);
        self.rest = rest;
        taken.to_owned()
    }

    fn skip(&mut self, prefix: &str) -> bool {
        let found = self.rest.strip_prefix(prefix);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    /// One value: text, a list, a word with or without something in braces or parentheses.
    fn value(&mut self) -> String {
        if self.rest.starts_with('"') {
            return self.quoted();
        }
        if self.skip("[") {
            let mut items = self.items("]");
            if self.sorted {
                items.sort();
            }
            return items.join(",");
        }
        let end = self.rest.find([' ', '(', ',', ')', ']', '}', '"']);
        let word = self.take(end.unwrap_or(self.rest.len()));
        if self.skip(" {") {
            return self.fields();
        }
        if self.skip("(") {
            let inner = self.items(")").join(",");
            return if word == "Some" {
                inner
            } else {
                format!("{word}({inner})")
            };
        }
        if self.rest.starts_with('"') {
            return self.quoted();
        }
        word
    }

    fn quoted(&mut self) -> String {
        let mut escaped = false;
        let inside = self.rest.char_indices().skip(1);
        let end = inside.into_iter().find(|&(_, c)| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        self.take(end.map_or(self.rest.len(), |(at, _)| at + 1))
    }

    fn items(&mut self, end: &str) -> Vec<String> {
        let mut items = Vec::new();
        while !self.skip(end) && !self.rest.is_empty() {
            items.push(self.value());
            self.skip(", ");
        }
        items.retain(|item| !item.is_empty());
        items
    }

    fn fields(&mut self) -> String {
        let mut kept = Vec::new();
        while !self.skip(" }") && !self.rest.is_empty() {
            self.skip(" ");
            let key_bytes = self.rest.find(": ").unwrap_or(self.rest.len());
            let key = self.take(key_bytes);
            self.skip(": ");
            let text = self.rest.starts_with(['"', 'b']) || self.rest.starts_with("Some(\"");
            let value = self.value();
            let named = key == NAME && self.names;
            let fresh = key == "topic_id" && self.fresh_ids;
            if (ALWAYS.contains(&key.as_str()) && !fresh) || named {
                kept.push(format!("{key}={value}"));
            } else if !text && value.contains('=') {
                kept.push(value);
            }
            self.skip(",");
        }
        format!("{{{}}}", kept.join(" "))
    }
}

#[test]
fn names_stay_beside_their_errors_whatever_the_order() {
    let answer =
        |first: &str, second: &str| format!("R {{ throttle: 1, topics: [{first}, {second}] }}");
    let one = "T { error_code: NONE, name: Some(\"a,}\"), leader: 3 }";
    let two = "T { error_code: INVALID, name: None, parts: [P { error_code: X, b: b\"\\\"\" }] }";
    let expected = "{{error_code=INVALID name=None {error_code=X}},{error_code=NONE name=\"a,}\"}}";
    for answer in [answer(one, two), answer(two, one)] {
        assert_eq!(facts(ApiKey::Metadata, &answer, &Ids::new()), expected);
    }
}
