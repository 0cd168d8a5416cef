//! The command line as users type it.

use super::{Cli, Command as OutriggerCommand};
use crate::up::args::Ports;
use clap::{CommandFactory, Parser, ValueEnum};
use clap_complete::Shell;
use std::io::Write;
use std::process::{Command, Stdio};

fn parse(line: &str) -> Cli {
    let words = line.split_whitespace();
    Cli::try_parse_from(words).unwrap_or_else(|error| panic!("{line}: {error}"))
}

#[test]
fn the_table_of_commands_is_consistent() {
    Cli::command().debug_assert();
}

#[test]
fn without_a_command_the_options_are_those_of_up() {
    let cli = parse("outrigger --ports auto --topic orders:3 --set broker.a=b --set up.ports=msk");
    assert!(cli.command.is_none());
    assert_eq!(cli.up.ports, Some(Ports::Auto));
    assert_eq!((cli.up.topic.len(), cli.up.set.len()), (1, 2));
    let Some(OutriggerCommand::Up(args)) = parse("outrigger up --ephemeral --preset msk").command
    else {
        panic!("not up");
    };
    assert!(args.ephemeral && args.preset.is_some());
}

#[test]
fn wrong_lines_are_usage_errors() {
    let lines = [
        "outrigger nonsense",
        "outrigger --ports none",
        "outrigger up --topic orders",
        "outrigger up --set broker.num.partitions",
        "outrigger up --set num.partitions=3",
        "outrigger up --set broker.=3",
        "outrigger wait --timeout soon",
        "outrigger completion tcsh",
        "outrigger status --ports auto",
        "outrigger topics list -b localhost",
        "outrigger topics delete-records orders",
        "outrigger topics delete-records orders --before now",
    ];
    for line in lines {
        let error = Cli::try_parse_from(line.split_whitespace()).expect_err(line);
        assert_eq!(error.exit_code(), 2, "{line}");
    }
}

/// Those of commands below commands too.
fn has_examples(parent: &mut clap::Command) {
    for command in parent.get_subcommands_mut() {
        let name = command.get_name().to_owned();
        if name == "help" {
            continue;
        }
        let help = command.render_long_help().to_string();
        assert!(
            name == "version" || help.contains("Examples:"),
            "{name}: {help}"
        );
        assert!(command.get_about().is_some(), "{name}");
        has_examples(command);
    }
}

#[test]
fn every_command_has_help_and_all_but_the_simplest_an_example() {
    let mut cli = Cli::command();
    cli.build();
    has_examples(&mut cli);
    let help = cli.render_long_help().to_string();
    assert!(
        help.contains("Exit statuses:") && help.contains("Examples:"),
        "{help}"
    );
}

#[test]
fn completion_knows_every_command_in_every_shell() {
    let commands = [
        "up",
        "status",
        "wait",
        "env",
        "authn",
        "broker",
        "completion",
        "version",
    ];
    for shell in Shell::value_variants() {
        let mut script = Vec::new();
        clap_complete::generate(*shell, &mut Cli::command(), "outrigger", &mut script);
        let script = String::from_utf8(script).expect("text");
        for command in commands {
            assert!(script.contains(command), "{shell}: {command}");
        }
    }
}

#[test]
fn bash_completes_commands_and_options() {
    let mut script = Vec::new();
    clap_complete::generate(Shell::Bash, &mut Cli::command(), "outrigger", &mut script);
    let complete = |words: &str, index: usize| {
        let line = format!(
            "source /dev/stdin; COMP_WORDS=({words}); COMP_CWORD={index}; \
             _outrigger outrigger \"${{COMP_WORDS[{index}]}}\" \"${{COMP_WORDS[{index} - 1]}}\"; \
             echo \"${{COMPREPLY[@]}}\""
        );
        let mut bash = Command::new("bash")
            .args(["--norc", "-c", &line])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("bash is there");
        bash.stdin
            .take()
            .expect("a pipe")
            .write_all(&script)
            .expect("sent");
        let output = bash.wait_with_output().expect("ended");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout)
            .expect("text")
            .trim()
            .to_owned()
    };
    assert_eq!(complete("outrigger sta", 1), "status");
    assert_eq!(complete("outrigger up --eph", 2), "--ephemeral");
    assert_eq!(complete("outrigger up --ports a", 3), "auto");
}

#[test]
fn the_documented_exit_statuses_are_all_there_are() {
    for exit in service::exit::ALL {
        let number = format!("{:>2}  ", exit.status());
        assert!(super::EXIT_STATUSES.contains(&number), "{exit:?}");
    }
}
