//! Names in JMX's text form, with the quotes that Kafka and the JDK put.

use super::ObjectName;

/// A property's value, how it stands in the name.
const QUOTED: &[(&str, &str)] = &[
    ("orders", "orders"),
    ("a.b-c_d%2F1", "a.b-c_d%2F1"),
    ("two words\tand tab", "two words\tand tab"),
    ("", ""),
    ("/var/lib/kafka", "\"/var/lib/kafka\""),
    ("a,b=c:d", "\"a,b=c:d\""),
    ("say \"hi\"", "\"say \\\"hi\\\"\""),
    ("back\\slash", "\"back\\\\slash\""),
    ("any*one?", "\"any\\*one\\?\""),
    ("two\nlines", "\"two\\nlines\""),
    ("CN=ä", "\"CN=ä\""),
];

#[test]
fn values_are_quoted_as_kafka_does() {
    for (value, quoted) in QUOTED {
        let name = ObjectName::new("d", "T").with("v", value).with("last", "x");
        assert_eq!(name.to_string(), format!("d:type=T,v={quoted},last=x"));
        let properties: Vec<_> = name.properties().collect();
        assert_eq!(properties, [("type", "T"), ("v", *quoted), ("last", "x")]);
        assert_eq!(name.property("v").as_deref(), Some(*value));
        assert_eq!(name.domain(), "d");
    }
}

#[test]
fn properties_keep_their_order() {
    let name = ObjectName::new("kafka.server", "BrokerTopicMetrics");
    let name = name.with("name", "BytesInPerSec").with("topic", "orders");
    let expected = "kafka.server:type=BrokerTopicMetrics,name=BytesInPerSec,topic=orders";
    assert_eq!(name.as_str(), expected);
    assert_eq!(name.property("partition"), None);
}
