//! The border between authn and the broker when one side is killed at any moment of a client's life, when
//! somebody else knocks, and when thousands come and go.

use std::io::Read;
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use identity::control::{CONTROL_SOCKET, RELAY_SOCKET};
use protocol::messages::metadata::MetadataRequest;
use protocol::messages::sasl_authenticate::SaslAuthenticateRequest;
use protocol::{ApiKey, ErrorCode, Request, frame};
use rustix::process::{Pid, Signal, kill_process};
use tests::handoff::{self, directory};
use tests::login::{IamKey, SCRAM, ScramUser, TOKEN_VERSION, choose, frames, token, token_request};
use tests::messages::{FETCH_VERSION, append, create_topic, fetch_request};
use tests::process::status;
use tests::tls::{self, Shown};
use tests::wire::{Exchange, connected};
use tests::{Broker, Up, Wire, at_scale, eventually};

const SOON: Duration = Duration::from_secs(10);
const REFUSED: ErrorCode = ErrorCode::SASL_AUTHENTICATION_FAILED;

#[test]
fn who_runs_as_another_user_is_told_nothing() {
    // To the broker every user but this one is another, the one that runs the tests, too.
    let broker = Broker::start_with(|folder| {
        format!(
            "{}outrigger.handoff.uids=4242\n",
            handoff::properties(folder)
        )
    });
    for socket in [CONTROL_SOCKET, RELAY_SOCKET] {
        let mut stream = UnixStream::connect(directory(broker.folder()).join(socket)).unwrap();
        // Before a word is said, or read.
        stream.set_read_timeout(Some(SOON)).unwrap();
        assert_eq!(stream.read(&mut [0]).unwrap(), 0, "{socket}");
    }
    create_topic(&mut broker.connect(), "t", 1, &[]);
}

fn kill(up: &Up, name: &str) {
    let pid = Pid::from_raw(up.pid_of(name).expect(name)).expect("a pid");
    kill_process(pid, Signal::KILL).expect("killed");
}

fn scram(up: &Up) -> Wire {
    tls::connect(up.address("scram"), &tls::config(up, Shown::Nothing))
}

/// A client that waits for records that never come.
fn waiting(mut wire: Wire) -> Wire {
    let request = fetch_request("quiet", 0, 0, 30_000);
    wire.send(FETCH_VERSION, Request::Fetch(request));
    wire
}

/// A client at every moment after its login.
fn logged_in(up: &Up) -> Vec<(&'static str, Wire)> {
    let mut user = ScramUser::of_up(up);
    let mut by_scram = || {
        let mut wire = scram(up);
        assert!(user.log_in(&mut wire).error_code.is_none());
        wire
    };
    let certificate = tls::config(up, Shown::Certificate);
    let mut by_certificate = tls::connect(up.address("tls"), &certificate);
    by_certificate.call(12, MetadataRequest::default());
    let mut by_key = tls::connect(up.address("iam"), &tls::config(up, Shown::Nothing));
    assert!(IamKey::of_up(up).log_in(&mut by_key).error_code.is_none());
    let mut half_a_request = by_scram();
    half_a_request.send_frame(1000, &[0, 3, 0, 12]);
    vec![
        ("logged in by SCRAM", by_scram()),
        ("logged in by certificate", by_certificate),
        ("logged in by key", by_key),
        ("in the middle of a request", half_a_request),
        ("waiting for an answer", waiting(by_scram())),
    ]
}

/// A client at every moment before its login.
fn not_logged_in(up: &Up) -> Vec<(&'static str, Wire)> {
    let silent = Wire::connect(up.address("scram"));
    let mut half = Wire::connect(up.address("scram"));
    half.send_bytes(&[22, 3, 1, 2, 0, 1]);
    let mut chosen = scram(up);
    choose(&mut chosen, SCRAM.name());
    vec![
        ("connected", silent),
        ("in the middle of a handshake", half),
        ("inside of TLS", scram(up)),
        ("with a mechanism", chosen),
        ("with a challenge", challenged(up).0),
    ]
}

/// A client that has been challenged, and its answer.
fn challenged(up: &Up) -> (Wire, String) {
    let mut user = ScramUser::of_up(up);
    let mut wire = scram(up);
    choose(&mut wire, SCRAM.name());
    let challenge = token(&mut wire, user.first().as_bytes());
    (wire, user.last(&challenge.auth_bytes))
}

#[test]
fn a_killed_authn_ends_its_clients_wherever_they_stand_and_nothing_else() {
    let up = Up::start(&["--topic", "quiet:1"]);
    let mut plain = up.connect();
    let mut held = not_logged_in(&up);
    held.extend(logged_in(&up));
    let relayed = open_files(&up, "broker");
    kill(&up, "authn");
    for (moment, mut wire) in held {
        assert_eq!(wire.rest(), b"", "{moment}");
    }
    append(&mut plain, "quiet", 0, &["still served"]);
    // What was relayed was five connections; authn comes back with one or two of its own.
    eventually("the broker closes them, too", || {
        (open_files(&up, "broker") + 3 <= relayed).then_some(())
    });
    eventually("the next authn lets clients in", || {
        let config = tls::config(&up, Shown::Nothing);
        let mut wire = tls::try_connect(up.address("scram"), "localhost", &config).ok()?;
        let answer = ScramUser::of_up(&up).log_in(&mut wire);
        answer.error_code.is_none().then_some(())
    });
}

fn open_files(up: &Up, name: &str) -> usize {
    let pid = up.pid_of(name).expect(name);
    let files = std::fs::read_dir(format!("/proc/{pid}/fd"));
    files.expect("a process of ours").count()
}

#[test]
fn a_killed_broker_ends_who_has_logged_in_and_refuses_nobody() {
    let up = Up::start(&["--topic", "quiet:1"]);
    let (mut early, last) = challenged(&up);
    let mut tokenless = scram(&up);
    choose(&mut tokenless, SCRAM.name());
    let held = logged_in(&up);
    let (authn, broker) = (up.pid_of("authn"), up.pid_of("broker"));
    kill(&up, "broker");
    for (moment, mut wire) in held {
        assert_eq!(wire.rest(), b"", "{moment}");
    }
    // A login under way goes on: to a yes, or to an end that is no refusal.
    let user = ScramUser::of_up(&up);
    let challenge = frames(&[(TOKEN_VERSION, token_request(user.first().as_bytes()))]);
    let _ = tokenless.try_send_bytes(&challenge);
    let _ = early.try_send_bytes(&frames(&[(TOKEN_VERSION, token_request(last.as_bytes()))]));
    for wire in [&mut early, &mut tokenless] {
        let code = wire.receive_frame().map(code_of);
        assert_ne!(code, Some(REFUSED));
    }
    eventually("another broker serves", || {
        up.pid_of("broker").filter(|pid| Some(*pid) != broker)?;
        let answer = ScramUser::of_up(&up).log_in(&mut scram(&up));
        assert_ne!(answer.error_code, REFUSED);
        answer.error_code.is_none().then_some(())
    });
    assert_eq!(up.pid_of("authn"), authn);
}

fn code_of(answer: bytes::Bytes) -> ErrorCode {
    let decoded = frame::decode_response(answer, ApiKey::SaslAuthenticate, TOKEN_VERSION);
    SaslAuthenticateRequest::answer(decoded.expect("an answer").1).error_code
}

/// Places for descriptors that a process has beyond which it has surely lost some: few connections are open at a time.
const PLACES_MAX: u64 = 512;
/// Growth of either process's memory that is no leak: allocators keep what was used once.
const GROWTH_KIB: u64 = 24 << 10;

#[test]
fn thousands_come_and_go_in_every_way_and_leave_nothing_behind() {
    let up = Up::start(&[
        "--topic",
        "quiet:1",
        "--set",
        "authn.connection.failed.authentication.delay.ms=0",
    ]);
    let mut visitors = Visitors::of(&up);
    let count = at_scale(2_000, 50_000);
    // Caches and tables are as large as they get.
    (0..200).for_each(|turn| visitors.come_and_go(turn));
    let processes = ["authn", "broker"].map(|name| {
        let pid = u32::try_from(up.pid_of(name).unwrap()).unwrap();
        (name, pid, status(pid, "VmRSS"))
    });
    (0..count).for_each(|turn| visitors.come_and_go(turn));
    for (name, pid, before) in processes {
        let (places, after) = (status(pid, "FDSize"), status(pid, "VmRSS"));
        println!("{name}: {before} KiB, after {count} connections {after} KiB, {places} places");
        assert!(
            places <= PLACES_MAX,
            "{name} has {places} places for descriptors"
        );
        assert!(
            after < before + GROWTH_KIB,
            "{name}: {before} KiB, then {after}"
        );
    }
    assert!(visitors.user.log_in(&mut scram(&up)).error_code.is_none());
}

/// Clients of every kind.
struct Visitors<'a> {
    up: &'a Up,
    user: ScramUser,
    stranger: ScramUser,
    key: IamKey,
    known: std::sync::Arc<rustls::ClientConfig>,
    unknown: std::sync::Arc<rustls::ClientConfig>,
}

impl<'a> Visitors<'a> {
    fn of(up: &'a Up) -> Self {
        Self {
            up,
            user: ScramUser::of_up(up),
            stranger: ScramUser::new(&up.credential("scram_username"), "guessed"),
            key: IamKey::of_up(up),
            known: tls::config(up, Shown::Certificate),
            unknown: tls::config(up, Shown::Nothing),
        }
    }

    fn scram(&self) -> Wire {
        tls::connect(self.up.address("scram"), &self.unknown)
    }

    /// One of them, and how it goes.
    fn come_and_go(&mut self, turn: usize) {
        match turn % 8 {
            0 => drop(tls::connect(self.up.address("tls"), &self.known)),
            1 => {
                let mut wire = tls::connect(self.up.address("tls"), &self.known);
                wire.call(12, MetadataRequest::default());
            }
            2 => {
                let mut wire = self.scram();
                assert!(self.user.log_in(&mut wire).error_code.is_none());
                drop(waiting(wire));
            }
            3 => {
                let mut wire = self.scram();
                choose(&mut wire, SCRAM.name());
                token(&mut wire, self.user.first().as_bytes());
            }
            4 => {
                let mut wire = self.scram();
                assert_eq!(self.stranger.log_in(&mut wire).error_code, REFUSED);
            }
            5 => {
                let mut wire = tls::connect(self.up.address("iam"), &self.unknown);
                assert!(self.key.log_in(&mut wire).error_code.is_none());
                // A request that makes the broker close.
                wire.send_frame(-1, &[]);
                wire.rest();
            }
            6 => reset(connected(self.up.address("scram")).expect("connected")),
            _ => {
                let socket = connected(self.up.address("tls")).expect("connected");
                let copy = socket.try_clone().expect("a second handle");
                let stream = tls::handshake(socket, "localhost", &self.known);
                reset(copy);
                drop(stream.expect("a handshake"));
            }
        }
    }
}

/// Closes as somebody whose machine has gone.
fn reset(socket: TcpStream) {
    rustix::net::sockopt::set_socket_linger(&socket, Some(Duration::ZERO)).expect("an option");
}
