//! `cargo xtask test`: every check that must be green, one suite after the other, and a summary.
//! It decides what runs and counts; what a suite does is the suite's own file. A suite never stops the ones after it.

mod big_file;
mod cargo;
mod clients;
mod cloudwatch;
mod collector;
mod dashboards;
mod deploy;
mod docs;
mod faults;
mod grafana;
pub(crate) mod http;
mod jmx_names;
mod kills;
mod librdkafka;
mod load;
pub(crate) mod localstack;
mod logs;
mod logs_kills;
mod mixed_group;
mod node;
mod node_names;
mod options;
mod page;
mod prometheus;
mod report;
mod script;
mod secured;
mod suite;
mod tool_output;
mod up;
mod yammer;

use std::fs;
use std::path::PathBuf;

use self::options::{Options, Server};
use self::report::{Report, Tally, summary};
use self::suite::Suite;
use crate::command::{self, Command, Failure};
use crate::stopwatch::Stopwatch;
use crate::tools::{self, Tool, Tools};

/// The row of the command table.
pub(crate) const COMMAND: Command = Command {
    name: "test",
    arguments: "[--only A,B] [--skip A,B] [--server WHICH] [--scenario NAME] [--count N] [--seed S] [--binary FILE]",
    about: "everything that must be green",
    help: suite::HELP,
    run,
};

/// What a suite gets.
pub(crate) struct Context {
    pub(crate) options: Options,
    pub(crate) tools: Tools,
    /// A fresh folder for the suite's servers and logs.
    pub(crate) folder: PathBuf,
}

fn run(words: &[String]) -> Result<(), Failure> {
    let options = options::parse(words)?;
    let mut tools = Tools::at(&command::root());
    if let Some(binary) = &options.binary {
        tools = tools.with_binary(binary.clone());
    }
    let wanted: Vec<Tool> = options
        .suites
        .iter()
        .flat_map(|suite| suite.tools)
        .copied()
        .collect();
    tools::install(&tools, &wanted).map_err(|failure| Failure::Failed(failure.to_string()))?;
    let ours = options.server == Server::Outrigger && options.binary.is_none();
    if ours && options.suites.iter().any(|suite| suite.binary) {
        let tests = options.suites.iter().any(|suite| suite.name == "cargo");
        let built = if tests {
            cargo::Built::Everything
        } else {
            cargo::Built::Binary
        };
        cargo::build_binary(&tools, built)?;
    }
    let base = tools
        .repository()
        .join("target/compat")
        .join(std::process::id().to_string());
    let reports: Vec<Report> = options
        .suites
        .iter()
        .map(|suite| {
            let context = Context {
                options: options.clone(),
                tools: tools.clone(),
                folder: base.join(suite.name),
            };
            one(suite, &context)
        })
        .collect();
    let green = reports.iter().all(|report| report.tally.green());
    if green {
        let _ = fs::remove_dir_all(&base);
    } else if base.exists() {
        println!("\nservers' data and logs are kept in {}", base.display());
    }
    print!("{}", summary(&reports));
    if green {
        Ok(())
    } else {
        Err(Failure::Failed("not everything is green".into()))
    }
}

fn one(suite: &Suite, context: &Context) -> Report {
    println!("\n== {}: {}", suite.name, suite.about);
    let watch = Stopwatch::start();
    let tally = fs::create_dir_all(&context.folder)
        .map_err(Failure::from)
        .and_then(|()| (suite.run)(context))
        .unwrap_or_else(|failure| Tally::of(Err(failure.to_string())));
    Report {
        suite: suite.name,
        seconds: watch.seconds(),
        tally,
    }
}
