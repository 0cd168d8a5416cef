//! `cargo xtask bench logs`: the log shipper to CloudWatch Logs over TLS, in which `crates/aws-stub` plays AWS: how much it ships in a
//! second of CPU, what it holds when the sink is away, what it costs when nothing happens, and how soon a line arrives.
//!
//! With `--peer fluent-bit=FILE`, a Fluent Bit ships the same file to the same stub in the same rounds.

mod peer;
mod speed;
mod standing;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use self::peer::Peer;
use super::machine;
use crate::chaos;
use crate::chaos::shipper::Shipper;
use crate::chaos::stub::Stub;
use crate::command::{self, Failure};

/// A line of Kafka's, as long as they are in the middle.
const LINE_BYTES: u64 = 175;
const MIB: u64 = 1024 * 1024;

/// What is measured with what.
struct Options {
    /// Of the file that is shipped.
    mib: u64,
    rounds: u32,
    files: u64,
    /// Seconds of silence, and of lines at 1 MB/s.
    seconds: u64,
    only_speed: bool,
    peer: Option<PathBuf>,
    shipper: Vec<String>,
    stub: PathBuf,
    folder: PathBuf,
}

/// Figures with their names.
type Rows = Vec<(String, f64)>;

pub(super) fn run(words: &[String]) -> Result<(), Failure> {
    let mut options = parse(words)?;
    if options.shipper.is_empty() {
        (options.shipper, options.stub) = chaos::build(true)?;
    }
    fs::create_dir_all(&options.folder)?;
    let other_cores = machine::other_cores()?;
    println!("other processes use {other_cores:.2} cores");
    let mut rows = speed::measure(&options)?;
    if !options.only_speed {
        rows.extend(standing::measure(&options)?);
    }
    println!();
    for (name, figure) in &rows {
        println!("{name:<52}{figure:>12.2}");
    }
    let figures: Vec<Value> = rows
        .iter()
        .map(|(name, figure)| json!({"figure": name, "value": figure}))
        .collect();
    let report = json!({
        "version": 1,
        "cores": machine::cores(),
        "other_cores_before": other_cores,
        "rounds": options.rounds,
        "figures": figures,
    });
    let path = options.folder.join("logs.json");
    fs::write(&path, format!("{report:#}\n"))
        .map_err(|cause| Failure::of(path.display(), cause))?;
    println!("all figures: {}", path.display());
    Ok(())
}

fn parse(words: &[String]) -> Result<Options, Failure> {
    let mut options = Options {
        mib: 512,
        rounds: 5,
        files: 1_000,
        seconds: 30,
        only_speed: false,
        peer: None,
        shipper: Vec::new(),
        stub: PathBuf::new(),
        folder: command::root().join("target/bench/logs"),
    };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value = || {
            let missing = || Failure::Usage(format!("{word} needs a value"));
            words.next().ok_or_else(missing)
        };
        let number = |text: &String| {
            let wrong = |_| Failure::Usage(format!("`{text}` is no number that fits"));
            text.parse::<u32>().map_err(wrong)
        };
        match word.as_str() {
            "--mib" => options.mib = u64::from(number(value()?)?.max(1)),
            "--rounds" => options.rounds = number(value()?)?.max(1),
            "--files" => options.files = u64::from(number(value()?)?),
            "--seconds" => options.seconds = u64::from(number(value()?)?.max(1)),
            "--only-speed" => options.only_speed = true,
            "--shipper" => {
                options.shipper = value()?.split_whitespace().map(str::to_owned).collect()
            }
            "--stub" => options.stub = PathBuf::from(value()?),
            "--peer" => {
                let path = value()?.strip_prefix("fluent-bit=");
                let missing = || Failure::Usage("--peer fluent-bit=FILE".to_owned());
                options.peer = Some(PathBuf::from(path.ok_or_else(missing)?));
            }
            _ => return Err(Failure::unknown_word("bench", word)),
        }
    }
    if options.shipper.is_empty() != options.stub.as_os_str().is_empty() {
        let text = "--shipper and --stub come together";
        return Err(Failure::Usage(text.to_owned()));
    }
    Ok(options)
}

/// A stub with TLS, and where its certificate is.
fn stub(options: &Options, keep: &str) -> Result<(Stub, PathBuf), Failure> {
    let certificate = options.folder.join("ca.pem");
    let path = certificate.display().to_string();
    let words = ["--tls", "--ca-file", &path, "--keep", keep];
    Ok((Stub::start(&options.stub, &words)?, certificate))
}

/// Ours, with a state of its own; what was there of it goes away first.
fn shipper(
    options: &Options,
    (stub, certificate): (&Stub, &Path),
    input: &Path,
    more: &[&str],
) -> Result<Shipper, Failure> {
    let state = options.folder.join("state");
    if state.exists() {
        fs::remove_dir_all(&state)?;
    }
    let words = [
        "--input".to_owned(),
        input.display().to_string(),
        "--state-dir".to_owned(),
        state.display().to_string(),
        "--sink".to_owned(),
        "cloudwatch-logs:bench".to_owned(),
        "--endpoint-url".to_owned(),
        stub.endpoint().to_owned(),
    ];
    let mut words = words.to_vec();
    words.extend(more.iter().map(|word| (*word).to_owned()));
    let trust = vec![("AWS_CA_BUNDLE", certificate.display().to_string())];
    let log = options.folder.join("shipper.stderr");
    Shipper::new(&options.shipper, words, trust, &log)
}

/// Numbered lines in a file of a folder, without rotation.
fn write(options: &Options, folder: &Path, name: &str, lines: u64) -> Result<(), Failure> {
    let status = Command::new(&options.stub)
        .args(["write", "--rotate", "never"])
        .arg("--directory")
        .arg(folder)
        .args(["--name", name, "--lines", &lines.to_string()])
        .args(["--bytes", &format!("{LINE_BYTES}:{LINE_BYTES}")])
        .stdout(std::process::Stdio::null())
        .status()?;
    match status.success() {
        true => Ok(()),
        false => Err(Failure::Failed("aws-stub write failed".to_owned())),
    }
}

/// How many events CloudWatch Logs has.
fn arrived(stub: &Stub) -> Result<u64, Failure> {
    let report = stub.ask("/totals")?;
    let events = report.get("logs").and_then(Value::as_u64);
    events.ok_or_else(|| Failure::of("aws-stub", "told no totals"))
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(0.0)
}
