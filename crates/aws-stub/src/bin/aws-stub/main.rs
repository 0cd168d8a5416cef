//! The stub as a program: `aws-stub serve` for the services, `aws-stub write` for numbered lines with rotation.
//!
//! It prints one line of JSON when it is ready; it ends when it is killed, or when its work is done.

mod control;
mod serve;
mod words;
mod write;

use std::process::ExitCode;

const HELP: &str = "\
aws-stub serve [--listen ADDRESS] [--tls] [--ca-file FILE] [--latency MS] [--script FILE|JSON]
               [--keep all|count|totals] [--stream NAME:SHARDS]... [--delivery-stream NAME]...
               [--bucket NAME]... [--threads N]
    CloudWatch Logs, Kinesis, Firehose, S3 and STS, with the key `test` and the secret `test`.
    Prints {\"endpoint\": .., \"control\": ..}; the control address answers
    /report[?written=WRITER:LINES,..], /totals, /recent?ms=N, /up, /down, and takes a script at POST /script.

aws-stub write --directory DIR --lines N [--writer 0..99] [--name server.log] [--per-second N]
               [--rotate chain|hourly|truncate|never] [--every MS] [--bytes MIN:MAX] [--seed N]
               [--undelivered FILE]
    Numbered lines. Rotated files stay; with --undelivered, those that the file says are
    delivered with all their bytes are removed.";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let ended = match words.split_first() {
        Some((word, rest)) if word == "serve" => serve::run(rest),
        Some((word, rest)) if word == "write" => write::run(rest),
        _ => Err(HELP.to_owned()),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            eprintln!("{text}");
            ExitCode::FAILURE
        }
    }
}
