//! Requests for the cluster: versions, logins, producer ids, ACLs, SCRAM users.

use bytes::Bytes;
use protocol::messages::alter_user_scram_credentials::{
    AlterUserScramCredentialsRequest, ScramCredentialDeletion, ScramCredentialUpsertion,
};
use protocol::messages::api_versions::ApiVersionsRequest;
use protocol::messages::create_acls::CreateAclsRequest;
use protocol::messages::delete_acls::{DeleteAclsFilter, DeleteAclsRequest};
use protocol::messages::describe_acls::DescribeAclsRequest;
use protocol::messages::describe_client_quotas::DescribeClientQuotasRequest;
use protocol::messages::describe_cluster::DescribeClusterRequest;
use protocol::messages::describe_user_scram_credentials::{
    DescribeUserScramCredentialsRequest, UserName,
};
use protocol::messages::init_producer_id::InitProducerIdRequest;
use protocol::messages::sasl_authenticate::SaslAuthenticateRequest;
use protocol::messages::sasl_handshake::SaslHandshakeRequest;
use protocol::{ApiKey, Request, Str};

use super::{
    GROUP, LITERAL, PREFIXED, PRINCIPALS, Random, TOPIC, TOPICS_ASKED, TRANSACTIONAL_IDS, creation,
};

/// Draws one.
pub(super) fn draw(api_key: ApiKey, version: i16, random: &mut Random) -> Request {
    let user = Str::from(random.pick(PRINCIPALS));
    match api_key {
        ApiKey::ApiVersions => Request::ApiVersions(api_versions(version)),
        ApiKey::SaslHandshake => Request::SaslHandshake(SaslHandshakeRequest {
            mechanism: "PLAIN".into(),
        }),
        ApiKey::SaslAuthenticate => Request::SaslAuthenticate(SaslAuthenticateRequest {
            auth_bytes: Bytes::from_static(b"x"),
        }),
        // A transactional id belongs to nobody here: transactions are compared when there are some.
        ApiKey::InitProducerId => Request::InitProducerId(InitProducerIdRequest {
            transactional_id: random
                .chance(3)
                .then(|| random.pick(TRANSACTIONAL_IDS).into()),
            transaction_timeout_ms: 1000,
            producer_id: -1,
            producer_epoch: -1,
        }),
        ApiKey::DescribeAcls => Request::DescribeAcls(describe_acls(random)),
        ApiKey::CreateAcls => Request::CreateAcls(create_acls(&user, random)),
        ApiKey::DeleteAcls => Request::DeleteAcls(delete_acls(&user, random)),
        ApiKey::DescribeUserScramCredentials => {
            Request::DescribeUserScramCredentials(DescribeUserScramCredentialsRequest {
                // Without a list Kafka 4.3.1 closes on whoever may not: a null pointer.
                users: Some(vec![UserName { name: user }]),
            })
        }
        ApiKey::AlterUserScramCredentials => {
            Request::AlterUserScramCredentials(scram_change(user, random))
        }
        ApiKey::DescribeCluster => Request::DescribeCluster(DescribeClusterRequest {
            include_cluster_authorized_operations: true,
            endpoint_type: 1,
            ..DescribeClusterRequest::default()
        }),
        last => {
            let asked = last == ApiKey::DescribeClientQuotas;
            assert!(asked, "{last} is advertised by both and not asked here");
            Request::DescribeClientQuotas(DescribeClientQuotasRequest::default())
        }
    }
}

fn api_versions(version: i16) -> ApiVersionsRequest {
    ApiVersionsRequest {
        client_software_name: if version > 2 {
            "test".into()
        } else {
            Str::default()
        },
        client_software_version: if version > 2 {
            "1".into()
        } else {
            Str::default()
        },
    }
}

fn create_acls(user: &Str, random: &mut Random) -> CreateAclsRequest {
    CreateAclsRequest {
        creations: vec![creation(
            random.pick(&[TOPIC, GROUP]),
            LITERAL,
            random.pick(TOPICS_ASKED),
            &format!("User:{user}"),
            "*",
            random.pick(&[3, 4, 8]),
            random.pick(&[2, 3]),
        )],
    }
}

fn delete_acls(user: &Str, random: &mut Random) -> DeleteAclsRequest {
    DeleteAclsRequest {
        filters: vec![DeleteAclsFilter {
            resource_type_filter: TOPIC,
            resource_name_filter: Some(random.pick(TOPICS_ASKED).into()),
            pattern_type_filter: LITERAL,
            principal_filter: Some(format!("User:{user}").into()),
            host_filter: None,
            operation: 1,
            permission_type: 1,
        }],
    }
}

fn describe_acls(random: &mut Random) -> DescribeAclsRequest {
    DescribeAclsRequest {
        resource_type_filter: TOPIC,
        resource_name_filter: Some(random.pick(TOPICS_ASKED).into()),
        pattern_type_filter: random.pick(&[1, 2, LITERAL, PREFIXED]),
        principal_filter: None,
        host_filter: None,
        operation: 1,
        permission_type: 1,
    }
}

fn scram_change(name: Str, random: &mut Random) -> AlterUserScramCredentialsRequest {
    let mechanism = random.pick(&[1, 2, 3]);
    if random.chance(3) {
        return AlterUserScramCredentialsRequest {
            deletions: vec![ScramCredentialDeletion { name, mechanism }],
            ..AlterUserScramCredentialsRequest::default()
        };
    }
    AlterUserScramCredentialsRequest {
        upsertions: vec![ScramCredentialUpsertion {
            name,
            mechanism,
            iterations: random.pick(&[4095, 4096, 16_384, 16_385]),
            salt: Bytes::from_static(b"0123456789"),
            salted_password: Bytes::from_static(&[1; 64]),
        }],
        ..AlterUserScramCredentialsRequest::default()
    }
}
