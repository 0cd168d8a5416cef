//! First inputs for the targets of the login and the hand-off: one good example of each grammar,
//! so that the fuzzer begins behind the first check.

/// A good signed request of AWS_MSK_IAM, but for its signature.
const PAYLOAD: &str = r#"{"version":"2020_10_22","host":"localhost","user-agent":"x","action":"kafka-cluster:Connect","x-amz-algorithm":"AWS4-HMAC-SHA256","x-amz-credential":"AKIDEXAMPLE/20261122/us-east-1/kafka-cluster/aws4_request","x-amz-date":"20261122T120000Z","x-amz-security-token":"a+b/c==","x-amz-signedheaders":"host","x-amz-expires":"900","x-amz-signature":"a524d0bfa86510a4da1a27f0f5294a64e2231665d4e3cc8664cf98eb3c3ee82f"}"#;
/// The same as the URL of OAUTHBEARER.
const URL: &str = "https://kafka.us-east-1.amazonaws.com/?Action=kafka-cluster%3AConnect&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20261122%2Fus-east-1%2Fkafka-cluster%2Faws4_request&X-Amz-Date=20261122T120000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Signature=a524d0bfa86510a4da1a27f0f5294a64e2231665d4e3cc8664cf98eb3c3ee82f&User-Agent=x";
const POLICY: &str = r#"{"Version":"2012-10-17","Id":"i","Statement":[{"Sid":"s","Effect":"Allow","Action":["kafka-cluster:Connect","kafka-cluster:*Topic*"],"Resource":"arn:aws:kafka:us-east-1:000000000000:topic/c/u/${aws:username, 'x'}*","Condition":{"ForAnyValue:StringLikeIfExists":{"aws:PrincipalTag/team":["a*","${*}"]},"IpAddress":{"aws:SourceIp":"10.0.0.0/8"},"DateLessThan":{"aws:CurrentTime":"2030-01-01T00:00:00Z"},"Null":{"aws:TokenIssueTime":"true"}}},{"Effect":"Deny","NotAction":"kafka-cluster:ReadData","NotResource":"*"}]}"#;
const CONTEXT: &str = r#"{"caller_arn":"arn:aws:sts::000000000000:assumed-role/r/s","iam":{"account_id":"000000000000","caller":{"type":"assumed-role","role":"r","session_name":"s","session_id":"1"},"identity_arn":"arn:aws:iam::000000000000:role/r","user_id":"A:s","access_key_id":"ASIA1","source_identity":null,"token_issued_at":1,"expires_at_ms":2}}"#;
/// `CN=alice, OU="CN=admin", C=FR` in DER.
const NAME: &[u8] = b"\x30\x2e\x31\x0b\x30\x09\x06\x03\x55\x04\x06\x13\x02FR\x31\x0f\x30\x0d\x06\x03\x55\x04\x0b\x0c\x06CN=adm\x31\x0e\x30\x0c\x06\x03\x55\x04\x03\x0c\x05alice";

/// The seeds of `target`; none where it is not one of these.
pub(super) fn of(target: &str) -> Vec<Vec<u8>> {
    let text = |texts: &[&str]| texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    match target {
        "session" => vec![session()],
        "scram" => vec![
            b"\x00n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL".to_vec(),
            b"\x01n,a=us=2Cer,n=us=2Cer,r=x,tokenauth=true".to_vec(),
            b"\x02c=biws,r=?,p=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".to_vec(),
            b"\x03c=biws,r=nonce?,x=y,p=AAEC".to_vec(),
        ],
        "signed_request" => vec![
            [b"\x00", PAYLOAD.as_bytes()].concat(),
            [b"\x02", URL.as_bytes()].concat(),
            b"\x01aHR0cHM6Ly9rYWZrYS51cy1lYXN0LTEuYW1hem9uYXdzLmNvbS8_QWN0aW9uPWs".to_vec(),
        ],
        "oauthbearer" => text(&[
            "n,,\x01auth=Bearer aHR0cHM6Ly9r\x01\x01",
            "n,a=me,\x01auth=bearer x==\x01key=value\x01\x01",
        ]),
        "distinguished_name" => vec![NAME.to_vec()],
        "mapping_rules" => text(&[
            "RULE:^CN=(.*?),OU=Ops.*$/$1@ops/L,DEFAULT\nCN=a,OU=Ops,O=b",
            "RULE:^.*[Cc][Nn]=([a-zA-Z0-9._-]*).*$/CN=$1/,DEFAULT\nCN=a",
            "RULE:(.*)/$1$12\\/x/U\nCN=a",
        ]),
        "preface" => vec![preface()],
        "context_update" => vec![[b"\x01", CONTEXT.as_bytes()].concat()],
        "policy" => text(&[POLICY]),
        "network_rules" => text(&[
            "# comment\nCLIENT_IAM allow 10.0.0.0/8 2001:db8::/32\n* deny 192.0.2.7 # one\n",
        ]),
        "frames" => vec![
            b"\x01\x03\x00\x00\x00\x08\x00\x00\x00\x01\x00\x00\x00\x07\x00\x00\x00\x09\x00\x11"
                .to_vec(),
            b"\x0c\x07\x00\x00\x00\x05\x00\x00\x00\x01x\x00\x00\x00\x04\x00\x00\x00\x07".to_vec(),
        ],
        "exposition" => text(&[
            "# HELP a A \\\\ b\n# TYPE a counter\na{x=\"1\",y=\"\\\"\\n\",} 1e3 -5\nb +Inf\n# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_sum NaN\nh_count 1\n",
            "# TYPE f_seconds counter\n# UNIT f_seconds seconds\nf_seconds_total 1 2.5 # {t=\"x\"} 0.5 1.0\n# TYPE b info\nb_info{v=\"1\"} 1\n# EOF\n",
        ]),
        "scrape_request" => text(&[
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,*/*;q=0.1",
            "collect[]=cpu&collect%5B%5D=a+b&level=",
        ]),
        "mbean_snapshot" => vec![mbeans()],
        _ => Vec::new(),
    }
}

/// A snapshot of one section: a meter, a text, and a bean with one attribute.
fn mbeans() -> Vec<u8> {
    let mut snapshot = b"OMBN\x01\x06broker".to_vec();
    snapshot.extend([0; 8 + 1 + 8]);
    snapshot.extend(b"\x01\0\0\0\0\0\0\0\x01\0\0\0\x01\x01\x07\x01\x03");
    snapshot.extend(b"\x02\x18kafka.server\x02\x08type\x02T\x08name\x02M");
    snapshot.extend(b"\x05\x01\x01\x03\x02V\x04hi");
    snapshot.extend(b"\x06\x01\x01\x03\x02W\x01\x0ec-total\x06all\x01");
    snapshot.extend([0; 7 * 8]);
    snapshot
}

/// ApiVersions, SaslHandshake and SaslAuthenticate as a client sends them, each behind two bytes
/// of length.
fn session() -> Vec<u8> {
    let frames: [&[u8]; 3] = [
        b"\x00\x12\x00\x03\x00\x00\x00\x01\x00\x01c\x00\x02a\x02b\x00",
        b"\x00\x11\x00\x01\x00\x00\x00\x02\x00\x01c\x00\x0dSCRAM-SHA-512",
        b"\x00\x24\x00\x02\x00\x00\x00\x03\x00\x01c\x00\x12n,,n=user,r=nonce\x00",
    ];
    let mut seed = vec![0];
    for frame in frames {
        seed.extend(u16::try_from(frame.len()).unwrap_or(0).to_be_bytes());
        seed.extend(frame);
    }
    seed
}

/// The TLVs of a preface, behind the byte that has the rest made around them.
fn preface() -> Vec<u8> {
    let tlvs: [(u8, &[u8]); 8] = [
        (0x20, b"\x01\0\0\0\0\x21\x00\x07TLSv1.3"),
        (0xE0, b"\x01"),
        (0xE1, b"User:alice"),
        (0xE2, b"SASL_SSL\0SCRAM-SHA-512"),
        (0xE3, b"CLIENT_SASL_SCRAM"),
        (0xE4, b"\x01"),
        (0xE6, b"name\x001"),
        (0xE7, &[7; 16]),
    ];
    let mut seed = vec![1];
    for (kind, value) in tlvs {
        seed.push(kind);
        seed.extend(u16::try_from(value.len()).unwrap_or(0).to_be_bytes());
        seed.extend(value);
    }
    seed
}
