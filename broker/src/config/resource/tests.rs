//! Names of resources and what Apache Kafka 4.3.1 said of them.

use super::{ConfigRefusal, ConfigResource};

fn sentence(outcome: Result<ConfigResource, ConfigRefusal>) -> Result<ConfigResource, String> {
    outcome.map_err(|refusal| refusal.to_string())
}

#[test]
fn resources_to_describe_are_named_as_in_kafka() {
    let cases = [
        (4, "", Ok(ConfigResource::Brokers)),
        (4, "1", Ok(ConfigResource::Broker)),
        (
            4,
            "7",
            Err("Unexpected broker id, expected 1 or empty string, but received 7"),
        ),
        (4, "x", Err("Broker id must be an integer, but it is: x")),
        (8, "1", Ok(ConfigResource::Loggers)),
        (8, "", Err("Broker id must not be empty")),
        (
            8,
            "7",
            Err("Unexpected broker id, expected 1 but received 7"),
        ),
        (8, "x", Err("Broker id must be an integer, but it is: x")),
        (16, "c", Ok(ConfigResource::ClientMetrics("c".to_owned()))),
        (
            16,
            "",
            Err("Client metrics subscription name must not be empty"),
        ),
        (32, "g", Ok(ConfigResource::Group("g".to_owned()))),
        (32, "", Err("Group name must not be empty")),
        (
            2,
            "",
            Err("Topic name is invalid: the empty string is not allowed"),
        ),
        (
            2,
            "..",
            Err("Topic name is invalid: '.' or '..' is not allowed"),
        ),
        (
            2,
            "bad topic",
            Err(
                "Topic name is invalid: 'bad topic' contains one or more characters other than \
                 ASCII alphanumerics, '.', '_' and '-'",
            ),
        ),
        (5, "t", Err("Unknown resource type 5")),
    ];
    for (kind, name, expected) in cases {
        let outcome = sentence(ConfigResource::to_describe(kind, name, 1));
        assert_eq!(outcome, expected.map_err(str::to_owned), "{kind} {name}");
    }
}

#[test]
fn resources_to_alter_are_named_as_in_kafka() {
    let cases = [
        (4, "", Ok(ConfigResource::Brokers)),
        (4, "1", Ok(ConfigResource::Broker)),
        (
            4,
            "7",
            Err("Unexpected broker id, expected 1, but received 7"),
        ),
        (4, "x", Err("Node id must be an integer, but it is: x")),
        (8, "1", Ok(ConfigResource::Loggers)),
        (8, "", Err("Node id must be an integer, but it is: ")),
        (
            8,
            "7",
            Err("Unexpected node id. Expected 1, but received 7"),
        ),
        (16, "", Err("Subscription name can't be empty")),
        (32, "", Err("Default group resources are not allowed.")),
        (2, "", Err("Default topic resources are not allowed.")),
        (99, "t", Err("Unknown resource type 99")),
    ];
    for (kind, name, expected) in cases {
        let outcome = sentence(ConfigResource::to_alter(kind, name, 1));
        assert_eq!(outcome, expected.map_err(str::to_owned), "{kind} {name}");
    }
}
