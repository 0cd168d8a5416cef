//! A file of lines, shipped from its beginning to its end: MiB for each second of CPU that the process took from its start on.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::peer::Tuning;
use super::{LINE_BYTES, MIB, Options, Peer, Rows, arrived, median, shipper, stub, write};
use crate::bench::machine;
use crate::chaos::stub::Stub;
use crate::command::Failure;
use crate::stopwatch::{Stopwatch, poll};

/// A thousandth of it on any machine.
const LIMIT: Duration = Duration::from_secs(600);
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// One way to ship the file.
#[derive(Clone, Copy)]
enum Way {
    Ours {
        name: &'static str,
        words: &'static [&'static str],
    },
    Theirs {
        name: &'static str,
        tuning: Tuning,
    },
}

/// What a way took, round by round.
struct Course {
    way: Way,
    mib_per_cpu_s: Vec<f64>,
    mib_per_s: Vec<f64>,
    resident_mib: Vec<f64>,
}

impl Way {
    fn name(self) -> &'static str {
        match self {
            Self::Ours { name, .. } | Self::Theirs { name, .. } => name,
        }
    }
}

pub(super) fn measure(options: &Options) -> Result<Rows, Failure> {
    let folder = options.folder.join("speed");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    // Each line has a line end.
    let lines = options.mib * MIB / (LINE_BYTES + 1);
    write(options, &folder, "server.log", lines)?;
    let input = folder.join("server.log");
    let mut ways = vec![
        Way::Ours {
            name: "ours",
            words: &[],
        },
        Way::Ours {
            name: "ours, gzip",
            words: &["--cloudwatch-logs.gzip"],
        },
    ];
    if options.peer.is_some() {
        ways.push(Way::Theirs {
            name: "fluent-bit, tuned",
            tuning: Tuning::Tuned,
        });
        ways.push(Way::Theirs {
            name: "fluent-bit, as it comes",
            tuning: Tuning::AsItComes,
        });
    }
    let mut courses: Vec<Course> = ways
        .into_iter()
        .map(|way| Course {
            way,
            mib_per_cpu_s: Vec::new(),
            mib_per_s: Vec::new(),
            resident_mib: Vec::new(),
        })
        .collect();
    for round in 1..=options.rounds {
        for course in &mut courses {
            ship(options, course, &input, lines)?;
            println!(
                "round {round}: {:<26}{:>9.1} MiB per CPU second {:>9.1} MiB/s {:>7.1} MiB resident",
                course.way.name(),
                course.mib_per_cpu_s.last().unwrap_or(&0.0),
                course.mib_per_s.last().unwrap_or(&0.0),
                course.resident_mib.last().unwrap_or(&0.0),
            );
        }
        courses.reverse();
    }
    fs::remove_dir_all(&folder)?;
    Ok(rows(courses))
}

fn rows(mut courses: Vec<Course>) -> Rows {
    courses.sort_by_key(|course| course.way.name());
    let mut rows = Rows::new();
    let mut figures = Vec::new();
    for course in courses {
        let name = course.way.name();
        let per_cpu_s = median(course.mib_per_cpu_s);
        rows.push((format!("{name}: MiB per CPU second"), per_cpu_s));
        rows.push((format!("{name}: MiB per second"), median(course.mib_per_s)));
        rows.push((
            format!("{name}: resident peak, MiB"),
            median(course.resident_mib),
        ));
        figures.push((name, per_cpu_s));
    }
    let figure = |name: &str| figures.iter().find(|(of, _)| *of == name);
    if let (Some((_, ours)), Some((_, theirs))) = (figure("ours"), figure("fluent-bit, tuned")) {
        rows.push((
            "ratio per CPU second, ours to fluent-bit, tuned".to_owned(),
            ours / theirs,
        ));
    }
    rows
}

fn ship(options: &Options, course: &mut Course, input: &Path, lines: u64) -> Result<(), Failure> {
    let (stub, certificate) = stub(options, "totals")?;
    let watch = Stopwatch::start();
    let (cpu_s, seconds) = match course.way {
        Way::Ours { words, .. } => {
            let mut ours = shipper(options, (&stub, &certificate), input, words)?;
            ours.start()?;
            let cost = cost(&stub, ours.pid(), lines, watch)?;
            course
                .resident_mib
                .push(machine::memory_mib(ours.pid(), "VmHWM:")?);
            ours.stop()?;
            cost
        }
        Way::Theirs { tuning, .. } => {
            let missing = || Failure::Failed("no peer was given".to_owned());
            let program = options.peer.as_ref().ok_or_else(missing)?;
            let peer = Peer::start(program, tuning, input, &stub, &options.folder)?;
            let cost = cost(&stub, peer.pid(), lines, watch)?;
            course
                .resident_mib
                .push(machine::memory_mib(peer.pid(), "VmHWM:")?);
            cost
        }
    };
    let mib = (lines * (LINE_BYTES + 1)) as f64 / MIB as f64;
    course.mib_per_cpu_s.push(mib / cpu_s);
    course.mib_per_s.push(mib / seconds);
    Ok(())
}

/// CPU and time until the last line has come.
fn cost(stub: &Stub, pid: u32, lines: u64, watch: Stopwatch) -> Result<(f64, f64), Failure> {
    let stat = format!("/proc/{pid}/stat");
    let done = poll(LIMIT, POLL_INTERVAL, || match arrived(stub) {
        // What has ended is a zombie until somebody waits for it.
        Ok(events) if events < lines => match fs::read_to_string(&stat) {
            Ok(stat) if !stat.contains(") Z ") => None,
            _ => Some(Err(Failure::of(
                pid,
                "it ended by itself; its log says why",
            ))),
        },
        other => Some(other.map(|_| ())),
    });
    let seconds = watch.seconds();
    match done {
        Some(Ok(())) => Ok((machine::cpu_s(pid)?, seconds)),
        Some(Err(failure)) => Err(failure),
        None => Err(Failure::Failed(format!(
            "only {} of {lines} lines came within {LIMIT:?}",
            arrived(stub)?
        ))),
    }
}
