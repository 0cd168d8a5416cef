//! Names of protocols and of hosts, and handshakes with servers of every temper.

use std::io::ErrorKind;

use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::*;

const CA: &[u8] = include_bytes!("testdata/ca.pem");
const CLIENT: &[u8] = include_bytes!("testdata/client.pem");
const SERVER: &[u8] = include_bytes!("testdata/server.pem");
const STRANGER: &[u8] = include_bytes!("testdata/stranger.pem");

#[test]
fn hosts_are_without_port_and_brackets() {
    let cases = [
        ("localhost:9092", "localhost"),
        ("127.0.0.1:9092", "127.0.0.1"),
        ("[::1]:9092", "::1"),
        ("name", "name"),
    ];
    for (address, host) in cases {
        assert_eq!(host_of(address), host);
    }
}

#[test]
fn protocols_have_kafkas_names_in_any_case() {
    for known in SECURITY_PROTOCOLS {
        assert_eq!(SecurityProtocol::named(known.name()), Some(known));
        let lower = known.name().to_ascii_lowercase();
        assert_eq!(SecurityProtocol::named(&lower), Some(known));
    }
    assert_eq!(SecurityProtocol::named("TLS"), None);
    let default = Transport::default().security_protocol();
    assert_eq!(default, SecurityProtocol::Plaintext);
}

/// What a server wants of its clients.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wants {
    Nothing,
    Certificate,
}

fn server(wants: Wants) -> ServerConfig {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap();
    let builder = match wants {
        Wants::Nothing => builder.with_no_client_auth(),
        Wants::Certificate => {
            let mut roots = RootCertStore::empty();
            roots
                .add(CertificateDer::from_pem_slice(CA).unwrap())
                .unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().unwrap())
        }
    };
    let chain = vec![CertificateDer::from_pem_slice(SERVER).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(SERVER).unwrap();
    builder.with_single_cert(chain, key).unwrap()
}

/// Opens a stream to such a server and reads the one byte that it sends.
async fn meet(wants: Wants, host: &str, client: Transport) -> Result<u8, ClientError> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = TlsAcceptor::from(Arc::new(server(wants)));
    let serve = async {
        let (stream, _) = listener.accept().await.unwrap();
        // What the client makes of a failure is the test.
        if let Ok(mut stream) = acceptor.accept(stream).await {
            let _ = stream.write_all(b"k").await;
            let _ = stream.shutdown().await;
        }
    };
    let address = format!("{host}:{port}");
    let open = async {
        let mut stream = client.open(&address).await?;
        let read = stream.read.read_u8().await;
        read.map_err(|source| broken(&address, source))
    };
    tokio::join!(serve, open).1
}

fn client(
    trusted: &[u8],
    shown: Option<&[u8]>,
    host_check: HostCheck,
    versions: TlsVersions,
) -> Transport {
    let trust = TrustAnchors::from_store(trusted, None, None).unwrap();
    let identity = shown.map(|pem| ClientIdentity::from_store(pem, None, None).unwrap());
    let tls = Tls::new(&trust, identity, host_check, versions).unwrap();
    Transport {
        tls: Some(tls),
        sasl: None,
    }
}

#[tokio::test]
async fn a_failed_handshake_says_what_to_do() {
    use HostCheck::{Https, Off};
    use TlsAdvice::{CertificateRefused, CertificateWanted, OtherName, UnknownAuthority};
    use Wants::{Certificate, Nothing};

    let (client_cert, stranger) = (Some(CLIENT), Some(STRANGER));
    // What the server wants, the host, whom we trust, what we show, the check of the name.
    let cases = [
        (Nothing, "localhost", CA, None, Https, None),
        (
            Nothing,
            "localhost",
            STRANGER,
            None,
            Https,
            Some(UnknownAuthority),
        ),
        (
            Nothing,
            "localhost",
            STRANGER,
            None,
            Off,
            Some(UnknownAuthority),
        ),
        (Nothing, "127.0.0.1", CA, None, Https, Some(OtherName)),
        (Nothing, "127.0.0.1", CA, None, Off, None),
        (
            Certificate,
            "localhost",
            CA,
            None,
            Https,
            Some(CertificateWanted),
        ),
        (Certificate, "localhost", CA, client_cert, Https, None),
        (
            Certificate,
            "localhost",
            CA,
            stranger,
            Https,
            Some(CertificateRefused),
        ),
    ];
    for (index, (wants, host, trusted, shown, check, advice)) in cases.into_iter().enumerate() {
        let client = client(trusted, shown, check, TlsVersions::Only13);
        let found = match meet(wants, host, client).await {
            Ok(_) => None,
            Err(ClientError::Tls { advice, .. }) => Some(advice),
            Err(other) => panic!("case {index}: {other}"),
        };
        assert_eq!(found, advice, "case {index}");
    }
}

#[tokio::test]
async fn tls_1_2_is_spoken_too() {
    for host_check in [HostCheck::Https, HostCheck::Off] {
        let client = client(CA, Some(CLIENT), host_check, TlsVersions::Only12);
        let met = meet(Wants::Certificate, "localhost", client).await;
        assert_eq!(met.unwrap(), b'k');
    }
}

#[tokio::test]
async fn a_listener_without_tls_is_recognized() {
    let cases = [
        // A network rule may be why: to try it without encryption would be bad advice.
        (&b""[..], "a network rule or a limit of connections"),
        (b"\0\0\0\x06\0\0\0\0\0\0", "it does not speak TLS"),
    ];
    for (answer, expected) in cases {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let serve = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.read_u8().await.unwrap();
            stream.write_all(answer).await.unwrap();
        };
        let client = client(CA, None, HostCheck::Off, TlsVersions::Both);
        let error = tokio::join!(serve, client.open(&address)).1.err().unwrap();
        let told = error.to_string();
        assert!(told.contains(expected), "{told}");
        assert_eq!(told.contains("PLAINTEXT"), !answer.is_empty(), "{told}");
    }
}

#[tokio::test]
async fn a_listener_with_tls_is_recognized() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let acceptor = TlsAcceptor::from(Arc::new(server(Wants::Nothing)));
    let serve = async {
        let (stream, _) = listener.accept().await.unwrap();
        let refused = acceptor.accept(stream).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InvalidData);
    };
    let settings = crate::Settings::new(&address);
    let open = crate::Cluster::connect(settings);
    let error = tokio::join!(serve, open).1.err().unwrap();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(
        source.contains("set security.protocol to SSL"),
        "{error}: {source}"
    );
}
