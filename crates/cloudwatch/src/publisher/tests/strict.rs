//! A stand-in of CloudWatch: it takes what the service documents, refuses the rest as the service does,
//! keeps a list of everything illegal, and misbehaves on request.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::Read;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flate2::read::GzDecoder;
use service::Clock;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::cbor::Cbor;

/// A metric of this name is legal by every documented rule, and refused.
pub(super) const REFUSED: &str = "RefusedByTheService";

const PATH: &str = "POST /service/GraniteServiceVersion20100801/operation/PutMetricData ";
const SCOPE: &str = "/us-east-1/monitoring/aws4_request";
const UNITS: [&str; 8] = [
    "Bytes",
    "Bytes/Second",
    "Count",
    "Count/Second",
    "Milliseconds",
    "None",
    "Percent",
    "Seconds",
];
const MEMBERS: [&str; 8] = [
    "MetricName",
    "Dimensions",
    "Timestamp",
    "Value",
    "Values",
    "Counts",
    "Unit",
    "StorageResolution",
];

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Fault {
    None,
    Throttled,
    ServerError,
    /// The answer is late, but it comes.
    Slow,
    /// The connection ends before the request counts.
    Dropped,
}

/// A datum that was taken.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    pub(super) name: String,
    pub(super) dimensions: BTreeMap<String, String>,
    pub(super) values: Vec<(f64, f64)>,
    pub(super) timestamp_ms: i64,
}

#[derive(Debug, Default)]
struct State {
    faults: VecDeque<Fault>,
    taken: Vec<Taken>,
    illegal: Vec<String>,
}

/// The service.
#[derive(Debug)]
pub(super) struct Strict {
    endpoint: String,
    state: Arc<Mutex<State>>,
}

impl Strict {
    /// The first requests have these faults, in this order.
    pub(super) async fn start(faults: Vec<Fault>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State {
            faults: faults.into(),
            ..State::default()
        }));
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = Arc::clone(&shared);
                tokio::spawn(async move { serve(stream, &shared).await });
            }
        });
        Self { endpoint, state }
    }

    pub(super) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    pub(super) fn taken(&self) -> Vec<Taken> {
        self.state.lock().unwrap().taken.clone()
    }

    /// Everything that should never have been sent.
    pub(super) fn illegal(&self) -> Vec<String> {
        self.state.lock().unwrap().illegal.clone()
    }
}

async fn serve(stream: TcpStream, state: &Mutex<State>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if stream.read_line(&mut head).await.ok()? == 0 {
                return None;
            }
        }
        let mut body = vec![0; header(&head, "content-length")?.parse().ok()?];
        stream.read_exact(&mut body).await.ok()?;
        let fault = state.lock().unwrap().faults.pop_front();
        let (status, code) = match fault.unwrap_or(Fault::None) {
            Fault::Dropped => return None,
            Fault::Throttled => (400, "Throttling"),
            Fault::ServerError => (500, "com.amazonaws.cloudwatch#InternalServiceFault"),
            Fault::Slow | Fault::None => judge(request(&head, &body), &mut state.lock().unwrap()),
        };
        if fault == Some(Fault::Slow) {
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        let answer = match code {
            "" => b"\xa0".to_vec(),
            code => {
                let length = u8::try_from(code.len()).ok()?;
                [b"\xa1\x66__type\x78".as_slice(), &[length], code.as_bytes()].concat()
            }
        };
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/cbor\r\nsmithy-protocol: rpc-v2-cbor\r\n\
             content-length: {}\r\n\r\n",
            answer.len()
        );
        stream.write_all(head.as_bytes()).await.ok()?;
        stream.write_all(&answer).await.ok()?;
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    let found = lines.find(|(found, _)| found.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value)
}

/// All of a request, or nothing of it.
fn judge(read: Result<Vec<Taken>, String>, state: &mut State) -> (u16, &'static str) {
    const INVALID: &str = "com.amazonaws.cloudwatch#InvalidParameterValueException";
    match read {
        Ok(data) if data.iter().any(|datum| datum.name == REFUSED) => (400, INVALID),
        Ok(data) => {
            state.taken.extend(data);
            (200, "")
        }
        Err(why) => {
            state.illegal.push(why);
            (400, INVALID)
        }
    }
}

fn request(head: &str, body: &[u8]) -> Result<Vec<Taken>, String> {
    let is_signed = header(head, "authorization").is_some_and(|text| text.contains(SCOPE));
    require(head.starts_with(PATH) && is_signed, || head.to_owned())?;
    let mut plain = body.to_vec();
    match header(head, "content-encoding") {
        Some("gzip") => {
            plain.clear();
            let read = GzDecoder::new(body).read_to_end(&mut plain);
            read.map_err(|error| error.to_string())?;
        }
        None => {}
        Some(other) => return Err(format!("{other} is no encoding")),
    }
    require(plain.len() <= 1_000_000, || {
        format!("{} bytes", plain.len())
    })?;
    let request = Cbor::read(&plain)?;
    let request = request.map()?;
    let namespace = field(request, "Namespace")?.text()?;
    let is_reserved = namespace.starts_with("AWS/") || namespace.starts_with(':');
    require(!is_reserved, || namespace.to_owned())?;
    let data = field(request, "MetricData")?.array()?;
    require((1..=1000).contains(&data.len()), || {
        format!("{} metrics", data.len())
    })?;
    data.iter().map(datum).collect()
}

fn datum(cbor: &Cbor) -> Result<Taken, String> {
    let map = cbor.map()?;
    for key in map.keys() {
        require(MEMBERS.contains(&key.as_str()), || {
            format!("{key} is no member")
        })?;
    }
    let mut dimensions = BTreeMap::new();
    let mut names = BTreeSet::new();
    let given = field(map, "Dimensions")?.array()?;
    require(given.len() <= 30, || format!("{} dimensions", given.len()))?;
    for dimension in given {
        let dimension = dimension.map()?;
        let name = text(field(dimension, "Name")?, 255)?;
        let is_new = !name.starts_with(':') && names.insert(name.clone());
        require(is_new, || format!("dimension {name}"))?;
        dimensions.insert(name, text(field(dimension, "Value")?, 1024)?);
    }
    let unit = field(map, "Unit")?.text()?;
    require(UNITS.contains(&unit), || format!("unit {unit}"))?;
    let resolution = field(map, "StorageResolution")?.number()?;
    require([1.0, 60.0].contains(&resolution), || {
        format!("resolution {resolution}")
    })?;
    let Cbor::Time(seconds) = field(map, "Timestamp")? else {
        return Err("the timestamp is none".to_owned());
    };
    let now = Clock::real().now_ms() as f64 / 1000.0;
    let (two_weeks, two_hours) = (14.0 * 86_400.0, 2.0 * 3_600.0);
    let is_near = *seconds > now - two_weeks && *seconds < now + two_hours;
    require(is_near, || format!("time {seconds}"))?;
    Ok(Taken {
        name: text(field(map, "MetricName")?, 255)?,
        dimensions,
        values: values(map)?,
        timestamp_ms: (seconds * 1000.0).round() as i64,
    })
}

fn values(map: &BTreeMap<String, Cbor>) -> Result<Vec<(f64, f64)>, String> {
    let values = match (map.get("Value"), map.get("Values"), map.get("Counts")) {
        (Some(value), None, None) => vec![(value.number()?, 1.0)],
        (None, Some(values), Some(counts)) => {
            let (values, counts) = (values.array()?, counts.array()?);
            let is_within = values.len() == counts.len() && (1..=150).contains(&values.len());
            require(is_within, || {
                format!("{} values, {} counts", values.len(), counts.len())
            })?;
            let pairs = values.iter().zip(counts);
            let pairs = pairs.map(|(value, count)| Ok((value.number()?, count.number()?)));
            pairs.collect::<Result<_, String>>()?
        }
        _ => return Err("neither a value nor values with counts".to_owned()),
    };
    for (value, count) in &values {
        let is_legal = value.is_finite() && value.abs() <= 2_f64.powi(360) && *count > 0.0;
        require(is_legal, || format!("value {value} count {count}"))?;
    }
    Ok(values)
}

fn field<'a>(map: &'a BTreeMap<String, Cbor>, name: &str) -> Result<&'a Cbor, String> {
    map.get(name).ok_or_else(|| format!("{name} is missing"))
}

fn text(cbor: &Cbor, bytes_max: usize) -> Result<String, String> {
    let text = cbor.text()?;
    let is_printable = text.bytes().all(|byte| (32..127).contains(&byte));
    let is_legal = is_printable && !text.trim().is_empty() && text.len() <= bytes_max;
    require(is_legal, || format!("text {text:?}"))?;
    Ok(text.to_owned())
}

fn require(holds: bool, why: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why()) }
}
