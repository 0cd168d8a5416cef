//! Regions, ways and clocks of AWS, and an endpoint of this machine that plays it.

use super::places::{Keys, Place, endpoint, region_in};
use super::reach::{date_in, reach};
use super::{Asked, judge};
use crate::doctor::verdict::Level;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const NOW_MS: i64 = 784_111_777_000;

#[test]
fn regions_ways_and_clocks_are_judged_apart() {
    let asked = |endpoint: Option<&str>, answer: Result<Option<i64>, &str>| Asked {
        place: Place {
            part: "logshipper",
            service: "S3",
            endpoint: endpoint.map(str::to_owned),
        },
        answer: answer.map_err(str::to_owned),
    };
    let url = Some("http://h:1");
    #[rustfmt::skip]
    let cases = [
        (asked(url, Ok(Some(NOW_MS + 1_000))), Level::Ok, "reaches S3 at http://h:1"),
        (asked(url, Ok(None)), Level::Ok, "reaches S3"),
        (asked(url, Ok(Some(NOW_MS - 60_000))), Level::Warning, "60 s apart"),
        (asked(url, Ok(Some(NOW_MS + 300_000))), Level::Problem, "300 s apart"),
        (asked(url, Err("refused")), Level::Problem, "cannot reach S3 at http://h:1: refused"),
        (asked(None, Ok(None)), Level::Problem, "no region"),
    ];
    for (asked, level, text) in cases {
        let verdicts = judge(&[asked], &Keys::Found("variables"), NOW_MS);
        assert_eq!(verdicts.len(), 2);
        assert_eq!(verdicts[0].level, level, "{verdicts:?}");
        assert!(verdicts[0].found.contains(text), "{verdicts:?}");
    }
    let verdicts = judge(&[asked(url, Ok(None))], &Keys::NotFound, NOW_MS);
    assert_eq!(verdicts[1].level, Level::Warning);
    assert_eq!(judge(&[], &Keys::NotFound, NOW_MS)[0].level, Level::Ok);
}

#[test]
fn names_are_made_as_aws_makes_them() {
    assert_eq!(
        endpoint("logs", "eu-west-1"),
        "https://logs.eu-west-1.amazonaws.com"
    );
    assert_eq!(
        endpoint("s3", "cn-north-1"),
        "https://s3.cn-north-1.amazonaws.com.cn"
    );
    let config = "[default]\nregion=us-east-1\n[profile dev]\noutput = json\n region = eu-west-1\n[profile x]\n";
    let cases = [
        ("default", Some("us-east-1")),
        ("dev", Some("eu-west-1")),
        ("x", None),
        ("y", None),
    ];
    for (profile, region) in cases {
        assert_eq!(region_in(config, profile).as_deref(), region, "{profile}");
    }
}

#[test]
fn the_date_of_an_answer_is_read() {
    let head = "HTTP/1.1 403 Forbidden\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n";
    assert_eq!(date_in(head), Some(NOW_MS));
    assert_eq!(
        date_in("HTTP/1.1 403 Forbidden\r\ndate: soon\r\n\r\n"),
        None
    );
}

#[tokio::test]
async fn an_endpoint_is_asked_and_what_is_none_is_told() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("bound");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let answers = [
        "HTTP/1.1 400 Bad Request\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n",
        "SSH-2.0-OpenSSH\r\n",
    ];
    let server = tokio::spawn(async move {
        for answer in answers {
            let (mut stream, _) = listener.accept().await.expect("a client");
            let mut request = [0; 16];
            stream.read_exact(&mut request).await.expect("a request");
            assert!(request.starts_with(b"HEAD / HTTP/1.1"));
            stream.write_all(answer.as_bytes()).await.expect("sent");
        }
    });
    assert_eq!(reach(&url).await, Ok(Some(NOW_MS)));
    assert!(reach(&url).await.is_err());
    server.await.expect("served");
    assert!(reach(&url).await.is_err(), "nobody listens");
    assert!(reach("no-url").await.is_err());
}
