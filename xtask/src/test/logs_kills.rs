//! The suite of `kill -9` of the log shipper: the slice for CI of `cargo xtask chaos logs`, and a log that is truncated under it.

use super::Context;
use super::report::Tally;
use crate::chaos::{self, Options, Scenario};
use crate::command::{self, Failure};

/// Kills and lines of a run that does not say how many.
const CI_KILLS: u32 = 10;
const CI_LINES: u32 = 100_000;

pub(crate) fn run(context: &Context) -> Result<Tally, Failure> {
    let product = context.tools.binary().display().to_string();
    let shipper = vec![product, "logshipper".to_owned()];
    let stub = chaos::build_stub()?;
    let mut tally = Tally::default();
    let kills = context.options.kills.unwrap_or(CI_KILLS);
    for (name, scenario, kills) in [
        ("rename", Scenario::Rename, kills),
        ("truncate", Scenario::Truncate, 0),
    ] {
        let wanted = context.options.scenario.as_deref();
        if wanted.is_some_and(|wanted| wanted != name) {
            continue;
        }
        println!("-- {name}");
        let options = Options {
            kills,
            lines: CI_LINES / CI_KILLS * kills.max(CI_KILLS),
            seed: context.options.seed,
            scenario,
            release: false,
            keep_files: false,
            folder: command::root().join("target"),
            shipper: shipper.clone(),
            stub: stub.clone(),
        };
        let problems = chaos::logs(&options)?;
        tally.add(match problems.is_empty() {
            true => Ok(()),
            false => Err(format!("{name}: {}", problems.join("; "))),
        });
    }
    Ok(tally)
}
