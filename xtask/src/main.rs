//! The project's own tooling: `cargo xtask NAME` runs one row of the table below.
//!
//! Nothing here ships, and nothing here is a build script: generated code is committed, and what a
//! command installs goes under `.tools/` in the checkout, never elsewhere on the machine.

mod bench;
mod chaos;
mod codegen;
mod command;
mod dist;
mod fuzz;
mod grafana;
mod localstack;
mod stopwatch;
mod test;
mod tidy;
mod tools;

use std::process::ExitCode;

use command::{Command, Failure};

/// THE TABLE: one row per command, in the order of the help. Adding a command is a module and a row.
const COMMANDS: &[Command] = &[
    bench::COMMAND,
    chaos::COMMAND,
    codegen::COMMAND,
    dist::COMMAND,
    fuzz::COMMAND,
    grafana::COMMAND,
    localstack::COMMAND,
    test::COMMAND,
    tidy::COMMAND,
    tools::COMMAND,
];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::from(failure.exit_status())
        }
    }
}

/// Runs the command that the first word names; no word, or `help`, prints help.
fn dispatch(words: &[String]) -> Result<(), Failure> {
    let (name, rest) = match words.split_first() {
        Some((name, rest)) => (name.as_str(), rest),
        None => ("help", words),
    };
    let wants_help = rest.iter().any(|word| word == "--help" || word == "-h");
    match name {
        "help" | "--help" | "-h" => match rest.first() {
            Some(topic) => find(topic).map(print_help),
            None => {
                print_list();
                Ok(())
            }
        },
        name if wants_help => find(name).map(print_help),
        name => (find(name)?.run)(rest),
    }
}

fn find(name: &str) -> Result<&'static Command, Failure> {
    COMMANDS
        .iter()
        .find(|command| command.name == name)
        .ok_or_else(|| {
            let known: Vec<&str> = COMMANDS.iter().map(|command| command.name).collect();
            Failure::Usage(format!(
                "no command `{name}`; there are {}",
                known.join(", ")
            ))
        })
}

fn print_help(command: &Command) {
    println!(
        "cargo xtask {} {}\n\n{}",
        command.name, command.arguments, command.help
    );
}

fn print_list() {
    println!("usage: cargo xtask NAME [WORD]...      (cargo xtask help NAME says which words)\n");
    for command in COMMANDS {
        println!("  {:<10} {}", command.name, command.about);
    }
    println!("\nexamples:");
    println!("  cargo xtask test              everything that must be green");
    println!("  cargo xtask tidy              the checks a machine can make of STYLE.md");
    println!("  cargo xtask bench kafka       figures beside Apache Kafka");
}
