//! `outrigger access explain` says what the broker does, and its exit status is the decision.

use std::process::Command;

use protocol::ErrorCode;
use protocol::messages::create_acls::{AclCreation, CreateAclsRequest};
use serde_json::Value;
use tests::binary::outrigger;
use tests::messages::{batch, create_topic, produce};
use tests::{Authn, Broker};

const PROPERTIES: &str = "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer\n\
     super.users=User:root;User:ANONYMOUS\n";

fn explain(broker: &Broker, principal: &str, operation: &str) -> (Option<i32>, Value) {
    let output = Command::new(outrigger())
        .args(["access", "explain", "--json", "--host", "192.0.2.1"])
        .args(["--principal", principal, "--operation", operation])
        .args(["--resource", "Topic:orders-eu"])
        .args(["--bootstrap", &broker.address().to_string()])
        .arg("--config")
        .arg(broker.folder().join("server.properties"))
        .output()
        .expect("the command runs");
    let told = serde_json::from_slice(&output.stdout).expect("JSON");
    (output.status.code(), told)
}

fn acl(principal: &str, permission_type: i8, pattern: (i8, &str)) -> AclCreation {
    AclCreation {
        resource_type: 2,
        resource_name: pattern.1.into(),
        resource_pattern_type: pattern.0,
        principal: principal.into(),
        host: "*".into(),
        operation: 4,
        permission_type,
    }
}

#[test]
fn it_says_what_the_broker_does() {
    let (deny, allow) = (2, 3);
    let (literal, prefixed) = (3, 4);
    let (broker, authn) = Authn::with_broker(PROPERTIES);
    let mut root = authn.connect("root");
    create_topic(&mut root, "orders-eu", 1, &[]);
    let request = CreateAclsRequest {
        creations: vec![
            acl("User:*", allow, (prefixed, "orders-")),
            acl("User:mallory", deny, (literal, "*")),
        ],
    };
    root.call(3, request);
    let cases = [
        ("alice", true, "patternType=PREFIXED"),
        ("mallory", false, "resourceName=*"),
        ("root", true, "SuperUser"),
    ];
    for (name, allowed, rule) in cases {
        let answer = produce(&mut authn.connect(name), "orders-eu", 0, batch(&["x"]));
        assert_eq!(answer.error_code == ErrorCode::NONE, allowed, "{name}");
        let (status, told) = explain(&broker, &format!("User:{name}"), "Write");
        assert_eq!(status, Some(i32::from(!allowed)), "{told}");
        assert_eq!(told["allowed"], allowed, "{told}");
        let said = told["rule"].as_str().expect("a rule");
        assert!(said.contains(rule), "{told}");
        assert_eq!(told["considered"].as_array().map(Vec::len), Some(2));
    }
    let (status, told) = explain(&broker, "User:alice", "Read");
    assert_eq!(
        (status, &told["rule"]),
        (Some(1), &Value::from("DefaultDeny"))
    );
}
