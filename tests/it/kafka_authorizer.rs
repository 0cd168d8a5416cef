//! The same requests of the same restricted principals, to our broker and to Apache Kafka with its own authorizer: every decision and every error must be the same.
//!
//! Requests are drawn from a seed over every API and version that both advertise. What a permitted one changes is waited for on Kafka, whose brokers learn of it a moment later.

mod facts;
mod random;
mod requests;

use std::collections::{BTreeMap, BTreeSet};

use identity::{Preface, Principal};
use model::TopicId;
use protocol::messages::api_versions::ApiVersionsRequest;
use protocol::messages::create_acls::{AclCreation, CreateAclsRequest};
use protocol::messages::describe_acls::DescribeAclsRequest;
use protocol::messages::find_coordinator::FindCoordinatorRequest;
use protocol::messages::init_producer_id::InitProducerIdRequest;
use protocol::messages::list_groups::ListGroupsRequest;
use protocol::messages::metadata::MetadataRequest;
use protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use protocol::{ApiKey, ErrorCode, frame};
use tests::handoff::preface;
use tests::kafka::SUPER_USER;
use tests::messages::{append, create_topic};
use tests::{Authn, Broker, Kafka, Wire, eventually};

use facts::facts;
use random::Random;
use requests::{Drawn, GROUPS, PRINCIPALS, TOPICS, draw};

const SEED: u64 = 20_261_128;
/// Requests of the run: some thirty of each API.
const REQUESTS: usize = 1_200;
/// Codes of every resource type, pattern type, operation and permission (a filter for everything).
const ANY: i8 = 1;

/// Topic ids by name; each server has its own.
pub type Ids = BTreeMap<String, TopicId>;

/// One of the two servers.
enum Server {
    Ours(Box<(Broker, Authn)>),
    Kafka(Kafka),
}

/// A server, its connections, and what its super user last saw of it.
struct Side {
    server: Server,
    wires: BTreeMap<String, Wire>,
    ids: Ids,
}

/// What a super user sees: topics, entries and groups.
struct State(BTreeSet<String>);

#[test]
fn restricted_principals_get_what_kafka_gives_them() {
    let mut sides = [Side::ours(), Side::kafka()];
    for side in &mut sides {
        side.furnish();
    }
    let versions = common_versions(&mut sides);
    let mut random = Random::new(SEED);
    let mut differences = Vec::new();
    settle(&mut sides).unwrap();
    for number in 0..REQUESTS {
        let (api_key, version) = versions[number % versions.len()];
        let principal = random.pick(PRINCIPALS);
        let seed = random.next();
        let answers = sides.each_mut().map(|side| {
            let drawn = draw(api_key, version, &mut Random::new(seed), &side.ids);
            let answer = side.ask(principal, version, &drawn);
            (facts(api_key, &answer, &side.ids), drawn)
        });
        let [(ours, drawn), (kafkas, _)] = &answers;
        if ours != kafkas {
            differences.push(format!(
                "#{number} {principal} {api_key} v{version}\n  asked {:?}\n  ours  {ours:?}\n  Kafka {kafkas:?}",
                drawn.request
            ));
        }
        if drawn.changes
            && let Err(apart) = settle(&mut sides)
        {
            differences.push(format!("#{number} {:?}: {apart}", drawn.request));
            break;
        }
    }
    assert!(
        differences.is_empty(),
        "{} differences of {REQUESTS}:\n{}",
        differences.len(),
        differences.join("\n")
    );
}

/// Every API and version that both advertise, APIs in turn so that each is asked as often.
fn common_versions(sides: &mut [Side; 2]) -> Vec<(ApiKey, i16)> {
    let [ours, kafkas] = sides.each_mut().map(|side| {
        let answer = side.wire(SUPER_USER).call(0, ApiVersionsRequest::default());
        let ranges = answer.api_keys.into_iter();
        let ranges = ranges.map(|api| (api.api_key, (api.min_version, api.max_version)));
        ranges.collect::<BTreeMap<_, _>>()
    });
    let mut by_round = Vec::new();
    for (code, (low, high)) in ours {
        let &(kafka_low, kafka_high) = kafkas.get(&code).expect("Kafka has what we have");
        let key = ApiKey::from_i16(code).expect("an API of ours");
        let first = if key == ApiKey::Produce {
            3
        } else {
            low.max(kafka_low)
        };
        let versions: Vec<i16> = (first..=high.min(kafka_high)).collect();
        for round in 0..REQUESTS / 30 {
            by_round.push((round, code, key, versions[round % versions.len()]));
        }
    }
    by_round.sort_by_key(|&(round, code, ..)| (round, code));
    by_round
        .into_iter()
        .map(|(.., key, version)| (key, version))
        .collect()
}

/// Waits until both servers look the same to their super users; what they differ in where they do
/// not.
fn settle(sides: &mut [Side; 2]) -> Result<(), String> {
    let mut last = String::new();
    let same = tests::within(tests::deadline::PATIENCE, || {
        let [ours, kafkas] = sides.each_mut().map(Side::state);
        let only = |one: &State, other: &State| -> Vec<_> {
            one.0.difference(&other.0).cloned().collect()
        };
        let (ours_only, kafkas_only) = (only(&ours, &kafkas), only(&kafkas, &ours));
        last = format!("only ours has {ours_only:?}, only Kafka has {kafkas_only:?}");
        (ours_only.is_empty() && kafkas_only.is_empty()).then_some(())
    });
    same.ok_or(last)
}

impl Side {
    fn ours() -> Self {
        let both = Authn::with_broker(&format!(
            "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer\n\
             super.users=User:{SUPER_USER}\nnum.partitions=1\n"
        ));
        Self::new(Server::Ours(Box::new(both)))
    }

    fn kafka() -> Self {
        Self::new(Server::Kafka(Kafka::start(
            PRINCIPALS,
            "num.partitions=1\n",
        )))
    }

    fn new(server: Server) -> Self {
        Self {
            server,
            wires: BTreeMap::new(),
            ids: Ids::new(),
        }
    }

    /// The connection of a user, which both servers see come from 127.0.0.1.
    fn wire(&mut self, user: &str) -> &mut Wire {
        let server = &self.server;
        self.wires
            .entry(user.to_owned())
            .or_insert_with(|| match server {
                Server::Ours(both) => both.1.relay(&Preface {
                    client: ([127, 0, 0, 1], 40_000).into(),
                    ..preface(Principal::user(user))
                }),
                Server::Kafka(kafka) => kafka.connect(user),
            })
    }

    /// Topics, groups and entries that requests find.
    fn furnish(&mut self) {
        for topic in TOPICS {
            create_topic(self.wire(SUPER_USER), topic, 1, &[]);
            append(self.wire(SUPER_USER), topic, 0, &["one"]);
        }
        for group in GROUPS {
            self.commit_offset(group);
        }
        self.await_producer_ids();
        let creations = requests::acls(&mut Random::new(SEED));
        let answer = self
            .wire(SUPER_USER)
            .call(3, CreateAclsRequest { creations });
        assert!(
            answer
                .results
                .iter()
                .all(|result| result.error_code == ErrorCode::NONE)
        );
    }

    fn commit_offset(&mut self, group: &str) {
        let request = OffsetCommitRequest {
            group_id: group.into(),
            generation_id_or_member_epoch: -1,
            topics: vec![OffsetCommitRequestTopic {
                name: TOPICS[0].into(),
                partitions: vec![OffsetCommitRequestPartition {
                    committed_offset: 1,
                    ..OffsetCommitRequestPartition::default()
                }],
                ..OffsetCommitRequestTopic::default()
            }],
            ..OffsetCommitRequest::default()
        };
        let wire = self.wire(SUPER_USER);
        eventually("the group's coordinator is there", || {
            // Asking for it makes the topic that groups are kept in.
            wire.call(
                3,
                FindCoordinatorRequest {
                    key: group.into(),
                    ..FindCoordinatorRequest::default()
                },
            );
            let answer = wire.call(8, request.clone());
            let error = answer.topics[0].partitions[0].error_code;
            (error == ErrorCode::NONE).then_some(())
        });
    }

    /// Kafka's broker asks its controller for the first ids.
    fn await_producer_ids(&mut self) {
        let wire = self.wire(SUPER_USER);
        eventually("there are producer ids", || {
            let request = InitProducerIdRequest {
                transactional_id: None,
                producer_id: -1,
                producer_epoch: -1,
                ..InitProducerIdRequest::default()
            };
            let error = wire.call(4, request).error_code;
            (error == ErrorCode::NONE).then_some(())
        });
    }

    /// What the answer is; `closed` where there is none.
    fn ask(&mut self, user: &str, version: i16, drawn: &Drawn) -> String {
        let api_key = drawn.request.api_key();
        let bytes = tests::wire::encode(1, version, &drawn.request);
        let wire = self.wire(user);
        let answer = wire
            .try_send_bytes(&bytes)
            .ok()
            .and_then(|()| wire.receive_frame());
        match answer {
            Some(answer) => {
                let (_, response) =
                    frame::decode_response(answer, api_key, version).expect("an answer");
                format!("{response:?}")
            }
            None => {
                self.wires.remove(user);
                "closed".to_owned()
            }
        }
    }

    fn state(&mut self) -> State {
        let everything = DescribeAclsRequest {
            resource_type_filter: ANY,
            resource_name_filter: None,
            pattern_type_filter: ANY,
            principal_filter: None,
            host_filter: None,
            operation: ANY,
            permission_type: ANY,
        };
        let wire = self.wire(SUPER_USER);
        let metadata = wire.call(
            12,
            MetadataRequest {
                topics: None,
                allow_auto_topic_creation: false,
                ..MetadataRequest::default()
            },
        );
        let acls = wire.call(3, everything);
        let groups = wire.call(4, ListGroupsRequest::default());
        let named = metadata
            .topics
            .iter()
            .filter_map(|topic| Some((topic.name.as_ref()?.to_string(), topic.topic_id)));
        self.ids = named.collect();
        let acls = acls.resources.iter().flat_map(|resource| {
            resource.acls.iter().map(move |acl| {
                format!(
                    "{} {} {} {acl:?}",
                    resource.resource_type, resource.resource_name, resource.pattern_type
                )
            })
        });
        let topics = self.ids.keys().map(|name| format!("topic {name}"));
        let groups = groups.groups.iter();
        let groups = groups.map(|group| format!("group {}", group.group_id));
        State(topics.chain(acls).chain(groups).collect())
    }
}

/// One entry as CreateAcls carries it.
pub fn creation(
    kind: i8,
    pattern: i8,
    name: &str,
    principal: &str,
    host: &str,
    operation: i8,
    permission: i8,
) -> AclCreation {
    AclCreation {
        resource_type: kind,
        resource_name: name.into(),
        resource_pattern_type: pattern,
        principal: principal.into(),
        host: host.into(),
        operation,
        permission_type: permission,
    }
}
