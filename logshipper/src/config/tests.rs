//! Configurations that are wrong, and what is said of them; LoggingInfo as its writers spell it.

use super::{ShipperConfig, default_properties, logging_info};

fn read(text: &str) -> Result<ShipperConfig, String> {
    let read = ShipperConfig::read(text, &[], &Vec::new());
    read.map(|(config, _)| config)
        .map_err(|errors| errors.report())
}

const LEAST: &str = "input=/logs/*.log\nstate-dir=/state\nsink=stdout:\n";

#[test]
fn the_least_is_enough_and_defaults_are_valid() {
    let config = read(LEAST).unwrap();
    assert_eq!(config.sinks.len(), 1);
    assert_eq!(
        (&*config.sinks[0].name, config.sinks[0].kind),
        ("stdout:", "stdout")
    );
    let text = default_properties();
    let config = read(&format!("{text}{LEAST}")).unwrap();
    assert_eq!((config.requests_max, config.grace.as_secs()), (4, 10));
}

#[test]
fn what_is_wrong_is_said_with_the_remedy() {
    for (text, expected) in [
        ("", "input: is needed: --input '/var/log/kafka/*.log'"),
        ("", "state-dir: is needed"),
        ("", "sink: is needed"),
        (
            "sink=cloudwatch-log:kafka",
            "did you mean cloudwatch-logs:?",
        ),
        (
            "sink=syslog:host",
            "there are cloudwatch-logs:GROUP[:STREAM]",
        ),
        ("sink=stdout:,stdout:", "\"stdout:\" is there twice"),
        ("from=middle", "\"middle\" is neither beginning nor end"),
        ("memory-bytes=100", "100 is too little; at least 2097152"),
        ("max-event-bytes=many", "\"many\": invalid digit"),
        ("time-zone=Middle/Earth", "\"Middle/Earth\" is no time zone"),
        ("inputs=/x", "did you mean input?"),
        (
            "input=/logs/[.log",
            "input: the glob `/logs/[.log` is wrong",
        ),
        (
            "input=/",
            "input: `/` is a directory: name the files in it, such as `/*.log`",
        ),
        ("exclude=[x", "exclude: the exclude `[x` is wrong"),
        ("outrigger.admin.listener=8080", "\"8080\" is no HOST:PORT"),
        (
            "outrigger.admin.listener=[::1:8080",
            "\"[::1:8080\" is no HOST:PORT",
        ),
        (
            "endpoint-url=localhost:4566",
            "\"localhost:4566\" is no URL of http:// or https://",
        ),
        (
            "endpoint-url=http://localhost:99999",
            "\"http://localhost:99999\" is no URL of http:// or https://",
        ),
        (
            "region=eu_west_1",
            "\"eu_west_1\" is no region, such as eu-central-1",
        ),
        (
            "role-arn=logs",
            "\"logs\" is no ARN of a role, such as arn:aws:iam::123456789012:role/logs",
        ),
        (
            "logging-info=/nowhere/x.json",
            "/nowhere/x.json: No such file",
        ),
    ] {
        let report = read(text).unwrap_err();
        assert!(report.contains(expected), "{text}: {report}");
    }
}

#[test]
fn a_pattern_that_reaches_into_what_is_written_is_told() {
    for (text, expected) in [
        (LEAST, [""; 0].as_slice()),
        (
            "input=/logs/**/*.log\nstate-dir=/logs/state\nsink=directory:/logs/out\n",
            &["input reaches into directory:/logs/out: what is written there is not followed"],
        ),
        (
            "input=/logs/*.log,/logs/**/*\nstate-dir=/logs/state\nsink=stdout:\n",
            &["input reaches into state-dir: what is written there is not followed"],
        ),
        (
            "input=/logs/*.log\nstate-dir=/logs\nsink=directory:/logs\n",
            &[],
        ),
    ] {
        let (config, warnings) = ShipperConfig::read(text, &[], &Vec::new()).unwrap();
        assert_eq!(warnings, expected, "{text}");
        assert_eq!(config.input.own.state_dir, Some(config.state_dir));
    }
}

#[test]
fn keys_of_which_nothing_comes_are_told() {
    for (text, expected) in [
        ("sink=stdout:", [""; 0].as_slice()),
        // A file of all defaults has them.
        ("sink=stdout:\ns3.compression=gzip", &[]),
        (
            "sink=stdout:\ns3.compression=zstd\ns3.roll-seconds=1\nstdout.format=json",
            &[
                "s3.compression, s3.roll-seconds: no sink is of that kind, so that nothing comes of it; add --sink s3:BUCKET[/PREFIX], or take it out",
            ],
        ),
        (
            "sink=s3:bucket\ns3.compression=zstd\nendpoint-url=http://a:1",
            &[],
        ),
        (
            "sink=directory:/x\nrole-arn=arn:aws:iam::123456789012:role/logs",
            &["role-arn: no sink is of AWS, so that nothing comes of it; add one, or take it out"],
        ),
    ] {
        let text = format!("input=/logs/*.log\nstate-dir=/state\n{text}\n");
        let (_, warnings) = ShipperConfig::read(&text, &[], &Vec::new()).unwrap();
        assert_eq!(warnings, expected, "{text}");
    }
}

#[test]
fn logging_info_is_read_as_its_writers_spell_it() {
    let camel = r#"{"brokerLogs":{"cloudWatchLogs":{"enabled":true,"logGroup":"g"},
        "firehose":{"enabled":true,"deliveryStream":"d"},"s3":{"enabled":true,"bucket":"b","prefix":"p"}}}"#;
    let all = Ok(vec![
        "cloudwatch-logs:g".to_owned(),
        "firehose:d".to_owned(),
        "s3:b/p".to_owned(),
    ]);
    assert_eq!(logging_info::sinks(camel), all);
    assert_eq!(
        logging_info::sinks(&format!(r#"{{"loggingInfo":{camel}}}"#)),
        all
    );
    let pascal = r#"{"LoggingInfo":{"BrokerLogs":{"CloudWatchLogs":{"Enabled":true,"LogGroup":"g"},
        "Firehose":{"Enabled":true,"DeliveryStream":"d"},"S3":{"Enabled":true,"Bucket":"b","Prefix":"p"}}}}"#;
    assert_eq!(logging_info::sinks(pascal), all);
    for (logs, expected) in [
        (r#"{"s3":{"enabled":true,"bucket":"b"}}"#, Ok("s3:b")),
        (
            r#"{"s3":{"enabled":true,"bucket":"b","prefix":""}}"#,
            Ok("s3:b"),
        ),
        (
            r#"{"s3":{"enabled":false},"firehose":{"enabled":false,"deliveryStream":"d"}}"#,
            Ok(""),
        ),
        (
            r#"{"s3":{"enabled":true}}"#,
            Err("s3 is enabled and has no bucket"),
        ),
        (
            r#"{"s3":{"enabled":true,"bucket":7}}"#,
            Err("s3.bucket is no text"),
        ),
        (
            r#"{"s3":{"enabled":"yes","bucket":"b"}}"#,
            Err("s3.enabled is neither true nor false"),
        ),
        (r#"{"s3":{"bucket":"b"}}"#, Err("s3 has no enabled")),
        (
            r#"{"cloudWatchLog":{}}"#,
            Err("brokerLogs has an unknown member cloudWatchLog"),
        ),
        (r#"{"s3":[]}"#, Err("s3 is no object")),
    ] {
        let read = logging_info::sinks(&format!(r#"{{"brokerLogs":{logs}}}"#));
        match expected {
            Ok(sinks) => assert_eq!(read.unwrap().join(","), sinks, "{logs}"),
            Err(problem) => {
                let found = read.unwrap_err();
                assert!(found.contains(problem), "{logs}: {found}");
            }
        }
    }
    for (text, problem) in [
        ("{", "is no JSON"),
        ("[]", "the document is no object"),
        ("{}", "has no brokerLogs"),
        (r#"{"brokerLogs":{},"x":1}"#, "unknown member x"),
    ] {
        let found = logging_info::sinks(text).unwrap_err();
        assert!(found.contains(problem), "{text}: {found}");
    }
}
