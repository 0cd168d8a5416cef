//! Whether what runs can be used: each way in by Kafka's protocol, with TLS where it has any, and the
//! health of each process. Nobody logs in: ApiVersions is answered before.

use crate::certs;
use crate::doctor::situation::Situation;
use crate::doctor::verdict::Verdict;
use crate::endpoints::{Endpoints, IAM, SCRAM, TLS};
use crate::probe::{self, Listener};
use client::{HostCheck, StoreFormat, Tls, TlsVersions, Transport, TrustAnchors};
use protocol::messages::api_versions::ApiVersionsRequest;
use protocol::{Request, Response, Str};
use std::path::Path;
use std::time::Duration;
use tokio::task::JoinSet;

/// On one machine an answer takes a millisecond or two.
const TIMEOUT: Duration = Duration::from_secs(3);
const API_VERSIONS_VERSION: i16 = 3;

/// What was asked, and why it was not answered.
#[derive(Clone, Debug)]
struct Asked {
    /// `scram at 127.0.0.1:9096`.
    whom: String,
    answer: Result<(), String>,
}

/// See the head of this file.
pub(in crate::doctor) async fn verdicts(situation: &Situation) -> Vec<Verdict> {
    let Some(endpoints) = situation.running() else {
        return vec![Verdict::ok("nothing runs that could be asked")];
    };
    let ca = endpoints.credentials.get("ca_cert");
    let own = situation.data_dir.pki().join(certs::CA);
    let ca = ca.map_or(own, Into::into);
    judge(&ask(endpoints, &ca).await)
}

/// All at once: who does not answer keeps nobody else waiting.
async fn ask(endpoints: &Endpoints, ca: &Path) -> Vec<Asked> {
    let mut asking = JoinSet::new();
    for (way_in, address) in &endpoints.bootstrap {
        let has_tls = [TLS, SCRAM, IAM].contains(&way_in.as_str());
        let whom = format!("{way_in} at {address}");
        let (address, ca) = (address.clone(), has_tls.then(|| ca.to_owned()));
        let number = asking.len();
        asking.spawn(async move {
            let answer = kafka(&address, ca.as_deref()).await;
            (number, Asked { whom, answer })
        });
    }
    for (name, url) in &endpoints.http {
        let is_admin = name.ends_with("_admin");
        let whom = format!("{} at {url}", name.replace('_', "-"));
        let (url, number) = (url.clone(), asking.len());
        asking.spawn(async move {
            let answer = match is_admin {
                true => probe::health(&url).await,
                false => connect(&url).await,
            };
            (number, Asked { whom, answer })
        });
    }
    let mut asked = asking.join_all().await;
    asked.sort_by_key(|(number, _)| *number);
    asked.into_iter().map(|(_, asked)| asked).collect()
}

async fn kafka(address: &str, ca: Option<&Path>) -> Result<(), String> {
    let mut transport = Transport::default();
    if let Some(ca) = ca {
        let pem = std::fs::read(ca).map_err(|error| format!("{}: {error}", ca.display()))?;
        let trust = TrustAnchors::from_store(&pem, Some(StoreFormat::Pem), None);
        let trust = trust.map_err(|error| probe::explained(&error))?;
        let tls = Tls::new(&trust, None, HostCheck::Https, TlsVersions::Both);
        transport.tls = Some(tls.map_err(|error| probe::explained(&error))?);
    }
    let mut listener = Listener::connect_by(&transport, address, TIMEOUT).await?;
    let request = Request::ApiVersions(ApiVersionsRequest {
        client_software_name: Str::from_static("outrigger-doctor"),
        client_software_version: Str::from_static(service::build_info::VERSION),
    });
    match listener.ask(request, API_VERSIONS_VERSION).await? {
        Response::ApiVersions(answer) if answer.error_code == protocol::ErrorCode::NONE => Ok(()),
        _ => Err("it does not answer ApiVersions".to_owned()),
    }
}

/// An exporter may ask for a certificate or a password: that it is there is enough.
async fn connect(url: &str) -> Result<(), String> {
    let address = url.split_once("://").map_or(url, |(_, rest)| rest);
    let address = address.split('/').next().unwrap_or_default();
    let connected = tokio::time::timeout(TIMEOUT, tokio::net::TcpStream::connect(address)).await;
    match connected {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("no answer within {TIMEOUT:?}")),
    }
}

fn judge(asked: &[Asked]) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    let answered: Vec<_> = asked
        .iter()
        .filter(|asked| asked.answer.is_ok())
        .map(|asked| asked.whom.split(' ').next().unwrap_or_default())
        .collect();
    if !answered.is_empty() {
        let found = format!("answered: {}", answered.join(", "));
        verdicts.push(Verdict::ok(found));
    }
    for Asked { whom, answer } in asked {
        if let Err(problem) = answer {
            verdicts.push(Verdict::problem(
                format!("{whom}: {problem}"),
                "`outrigger status` names the process and its log",
            ));
        }
    }
    verdicts
}

#[cfg(test)]
mod tests {
    use super::{Asked, ask, judge};
    use crate::data_dir::DataDir;
    use crate::doctor::verdict::Level;
    use crate::endpoints::Endpoints;
    use std::path::Path;

    #[test]
    fn who_does_not_answer_is_a_problem_of_its_own() {
        let asked = |whom: &str, answer: Result<(), &str>| Asked {
            whom: whom.to_owned(),
            answer: answer.map_err(str::to_owned),
        };
        let verdicts = judge(&[
            asked("plaintext at h:1", Ok(())),
            asked("iam at h:2", Err("refused")),
            asked("broker-admin at http://h:3", Ok(())),
        ]);
        let found: Vec<_> = verdicts
            .iter()
            .map(|v| (v.level, v.found.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                (Level::Ok, "answered: plaintext, broker-admin"),
                (Level::Problem, "iam at h:2: refused"),
            ]
        );
    }

    #[tokio::test]
    async fn nobody_listens_is_told_with_the_address() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("bound");
        let address = listener.local_addr().expect("an address");
        drop(listener);
        let dir = DataDir::new(Path::new("/d")).expect("absolute");
        let bound =
            format!(r#"{{"pid":1,"listeners":{{"PLAINTEXT":"{address}"}},"admin":"{address}"}}"#);
        let endpoints = Endpoints::of_broker(&dir, &bound);
        let asked = ask(&endpoints, Path::new("/none")).await;
        assert_eq!(asked.len(), 2);
        assert!(asked.iter().all(|asked| asked.answer.is_err()), "{asked:?}");
    }
}
