//! Targets and flags, and what is said of wrong ones.

use service::flags::Values;

use super::{OnTooOld, Settings, flags};
use crate::sink::Origin;
use crate::sink::table::About;

fn about(uuid: &str) -> About {
    About {
        cluster_name: "demo".into(),
        cluster_uuid: uuid.into(),
        broker_id: "3".into(),
        account: "000000000000".into(),
        region: None,
        role_arn: None,
        endpoint_url: None,
    }
}

fn read(target: &str, properties: &str, uuid: &str) -> Result<Settings, String> {
    let mut values = Values::load(&flags(), properties, &[], &Vec::new());
    let settings = Settings::read(target, &mut values, &about(uuid))?;
    let problems = values.finish().map_err(|problems| problems.to_string());
    problems.map(|_| settings)
}

fn stream(target: &str, uuid: &str) -> String {
    let settings = read(target, "", uuid).unwrap();
    let origin = Origin {
        log: "server:1.log",
        file_id: "0123456789abcdef",
    };
    settings.stream.on("host*1").of(origin)
}

fn refused(target: &str, properties: &str, reason: &str) {
    let refused = read(target, properties, "").unwrap_err();
    assert!(refused.contains(reason), "{refused}");
}

#[test]
fn streams_are_named() {
    assert_eq!(stream("g", ""), "demo-Broker-3");
    assert_eq!(stream("g", "u-1"), "demo-u-1-Broker-3");
    assert_eq!(
        stream("g:{cluster}/{broker}/{log}@{host}", ""),
        "demo/3/server_1.log@host_1"
    );
    assert_eq!(stream("/aws/g#1:plain", ""), "plain");
}

#[test]
fn flags_are_read() {
    let settings = read("g", "", "").unwrap();
    assert!(settings.is_group_made && settings.is_stream_made && !settings.is_gzip);
    assert_eq!(settings.on_too_old, OnTooOld::DeadLetter);
    let properties = "cloudwatch-logs.create-group=false\ncloudwatch-logs.retention-days=7\n\
        cloudwatch-logs.tags=a=b,c=d=e\ncloudwatch-logs.gzip=true\ncloudwatch-logs.on-too-old=restamp\n\
        cloudwatch-logs.kms-key-id=arn:aws:kms:x\ncloudwatch-logs.group-class=INFREQUENT_ACCESS\n";
    let settings = read("g", properties, "").unwrap();
    assert!(!settings.is_group_made && settings.is_gzip);
    assert_eq!(settings.retention_days, Some(7));
    assert_eq!(settings.on_too_old, OnTooOld::Restamp);
    assert_eq!(
        settings.made.tags,
        [("a".into(), "b".into()), ("c".into(), "d=e".into())]
    );
    assert_eq!(settings.made.class.as_deref(), Some("INFREQUENT_ACCESS"));
}

#[test]
fn what_cannot_be_is_refused_with_a_remedy() {
    refused("", "", "write cloudwatch-logs:GROUP");
    refused("a b", "", "cannot name a log group");
    refused(&"g".repeat(513), "", "cannot name a log group");
    refused("arn:aws:logs:eu-west-1:1:log-group:g", "", "is an ARN");
    refused("g:", "", "cannot name log streams");
    refused("g:{uuid}", "", "give --cluster-uuid");
    refused("g:a*b", "", "cannot name log streams");
    refused("g:a:b", "", "cannot name log streams");
    refused("g:{topic}", "", "in braces only {cluster}");
    refused(&format!("g:{}", "s".repeat(513)), "", "is longer than 512");
    refused("g", "cloudwatch-logs.retention-days=8", "1, 3, 5, 7, 14");
    refused("g", "cloudwatch-logs.tags=a", "write NAME=VALUE");
    refused(
        "g",
        "cloudwatch-logs.on-too-old=drop",
        "neither dead_letter nor restamp",
    );
    refused(
        "g",
        "cloudwatch-logs.group-class=CHEAP",
        "write STANDARD or INFREQUENT_ACCESS",
    );
}
