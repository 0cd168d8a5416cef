//! Whether time tells a stranger which users exist: logins with a known and an unknown name and with a wrong password,
//! drawn at random one after the other, compared as dudect does (Reparaz, Balasch and Verbauwhede, 2017): Welch's t of
//! each pair of kinds, over all times and over those below a percentile, where a difference is not lost in noise.

use std::time::Duration;

use tests::deadline::Stopwatch;
use tests::login::{IamKey, SCRAM, ScramUser, choose, token};
use tests::tls::{self, Shown};
use tests::{Up, at_scale, eventually};

/// Beyond this there is a difference for certain; dudect's own threshold.
const T_MAX: f64 = 10.0;
/// Of all times, those up to these hundredths are looked at.
const PERCENTILES: [usize; 4] = [50, 75, 90, 100];

/// Times of one kind, in nanoseconds.
type Times = Vec<f64>;

#[test]
fn names_are_not_told_by_time() {
    let up = Up::start(&["--set", "authn.connection.failed.authentication.delay.ms=0"]);
    let config = tls::config(&up, Shown::Nothing);
    let connect = || tls::connect(up.address("scram"), &config);
    let names = ["alice-of-orders", "bobby-of-orders"];
    let mut users = names.map(|name| ScramUser::new(name, "wrong"));
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut first: [Times; 2] = Default::default();
    let mut last: [Times; 2] = Default::default();
    // Each name is the known one for half of the time: what is particular to a name is in both kinds.
    for known in 0..2 {
        ScramUser::remove(&mut up.connect(), names[1 - known]);
        let mut made = ScramUser::create(&mut up.connect(), names[known], "right");
        eventually("the one is known, the other no more", || {
            made.log_in(&mut connect())
                .error_code
                .is_none()
                .then_some(())
        });
        for _ in 0..at_scale(300, 10_000) {
            let who = random.below_2();
            let kind = usize::from(who != known);
            let user = &mut users[who];
            let mut wire = connect();
            choose(&mut wire, SCRAM.name());
            let message = user.first();
            let watch = Stopwatch::start();
            let challenge = token(&mut wire, message.as_bytes());
            first[kind].push(nanos(watch.elapsed()));
            let answer = user.last(&challenge.auth_bytes);
            let watch = Stopwatch::start();
            assert!(!token(&mut wire, answer.as_bytes()).error_code.is_none());
            last[kind].push(nanos(watch.elapsed()));
        }
    }
    check("SCRAM's challenge, known or unknown name", &first);
    check("SCRAM's refusal, known or unknown name", &last);
}

#[test]
fn access_keys_are_not_told_by_time() {
    let up = Up::start(&["--set", "authn.connection.failed.authentication.delay.ms=0"]);
    let known = IamKey {
        secret: "wrong".to_owned(),
        ..IamKey::of_up(&up)
    };
    let unknown = IamKey {
        id: known.id.chars().rev().collect(),
        ..known.clone()
    };
    let config = tls::config(&up, Shown::Nothing);
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let mut times: [Times; 2] = Default::default();
    for _ in 0..2 * at_scale(300, 10_000) {
        let kind = random.below_2();
        let payload = [&known, &unknown][kind].payload("localhost");
        let mut wire = tls::connect(up.address("iam"), &config);
        choose(&mut wire, "AWS_MSK_IAM");
        let watch = Stopwatch::start();
        assert!(!token(&mut wire, &payload).error_code.is_none());
        times[kind].push(nanos(watch.elapsed()));
    }
    check("AWS_MSK_IAM's refusal, known or unknown key", &times);
}

fn nanos(time: Duration) -> f64 {
    time.as_nanos() as f64
}

/// Prints Welch's t for each percentile and fails on the greatest.
fn check(what: &str, [one, other]: &[Times; 2]) {
    let mut all: Times = one.iter().chain(other).copied().collect();
    all.sort_by(f64::total_cmp);
    let mut greatest: f64 = 0.0;
    for percentile in PERCENTILES {
        let limit = all[(all.len() - 1) * percentile / 100];
        let below = |times: &Times| -> Times {
            times
                .iter()
                .copied()
                .filter(|time| *time <= limit)
                .collect()
        };
        let (one, other) = (Moments::of(&below(one)), Moments::of(&below(other)));
        let t = one.t(&other);
        println!(
            "{what}, up to {percentile} %: t = {t:.2}; {:.1} us of {}, {:.1} us of {}",
            one.mean / 1e3,
            one.count,
            other.mean / 1e3,
            other.count
        );
        greatest = greatest.max(t.abs());
    }
    assert!(greatest < T_MAX, "{what}: t = {greatest:.1}");
}

struct Moments {
    count: f64,
    mean: f64,
    variance: f64,
}

impl Moments {
    fn of(times: &Times) -> Self {
        let count = times.len() as f64;
        let mean = times.iter().sum::<f64>() / count;
        let squares: f64 = times.iter().map(|time| (time - mean).powi(2)).sum();
        Self {
            count,
            mean,
            variance: squares / (count - 1.0),
        }
    }

    fn t(&self, other: &Self) -> f64 {
        let spread = self.variance / self.count + other.variance / other.count;
        (self.mean - other.mean) / spread.sqrt()
    }
}

/// xorshift64: the kinds must come in no order that anything else has.
struct Random(u64);

impl Random {
    fn below_2(&mut self) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::from(self.0 >> 63 == 1)
    }
}
