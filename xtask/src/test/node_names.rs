//! The suite of exporter-node's names and values: beside two releases of node_exporter on this machine, with the same collectors on, every
//! family that node_exporter reports is ours, too, with the same help, type and labels, and with a value of the same moment.
//! Each difference that is meant is a row of `differences`.

mod compare;
mod differences;
mod peers;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use self::compare::{Round, Verdict};
use self::peers::{Ours, Theirs};
use super::options::Server;
use super::report::Tally;
use super::{Context, http};
use crate::command::Failure;
use crate::tools::Release;

/// A family agrees when it agrees in one round: the machine works while it is read twice. None has needed more than a few.
const ROUNDS_MAX: usize = 60;

pub(crate) fn run(context: &Context) -> Result<Tally, Failure> {
    if context.options.server != Server::Outrigger {
        return Err(Failure::Usage(
            "only the product has this exporter; leave --server out".into(),
        ));
    }
    let mut tally = Tally::default();
    for release in Release::ALL {
        let folder = context.folder.join(format!("{release:?}"));
        std::fs::create_dir_all(&folder)?;
        let theirs = Theirs::start(&context.tools, release, &folder)?;
        let ours = Ours::start(&context.tools, &folder, &theirs.collectors()?)?;
        let outcome = beside(release, &ours.url, &theirs.url)?;
        println!(
            "    {release:?}: {} families of node_exporter",
            outcome.len()
        );
        for (family, result) in outcome {
            tally.add(result.map_err(|why| format!("{release:?}: {family}: {why}")));
        }
    }
    Ok(tally)
}

/// What came of each family of theirs.
fn beside(
    release: Release,
    ours: &str,
    theirs: &str,
) -> Result<BTreeMap<String, Result<(), String>>, Failure> {
    let mut open: BTreeMap<String, String> = BTreeMap::new();
    let mut agreed: BTreeSet<String> = BTreeSet::new();
    for round in 0..ROUNDS_MAX {
        let round_of = Round {
            before: text::parse(&scrape(ours)?).map_err(Failure::Failed)?,
            theirs: text::parse(&scrape(theirs)?).map_err(Failure::Failed)?,
            after: text::parse(&scrape(ours)?).map_err(Failure::Failed)?,
        };
        for name in round_of.theirs.keys() {
            if agreed.contains(name) || differences::is_theirs_alone(name) {
                continue;
            }
            match compare::family(&round_of, name, release) {
                Verdict::Agrees => {
                    open.remove(name);
                    agreed.insert(name.clone());
                }
                Verdict::Differs(why) => {
                    open.insert(name.clone(), why);
                }
            }
        }
        if open.is_empty() && round > 0 {
            break;
        }
    }
    let agreed = agreed.into_iter().map(|name| (name, Ok(())));
    Ok(agreed
        .chain(open.into_iter().map(|(name, why)| (name, Err(why))))
        .collect())
}

fn scrape(url: &str) -> Result<String, Failure> {
    let answer = http::get(url, &[]).map_err(Failure::Failed)?;
    match answer.status {
        200 => Ok(answer.text()),
        status => Err(Failure::Failed(format!("{url} answered {status}"))),
    }
}
