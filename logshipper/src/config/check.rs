//! What `--check-config` looks at beyond the configuration itself: all that a start on this machine, by this user, would fail on
//! or leave a sink in trouble for.
//!
//! It makes nothing, and asks nobody but those whom the AWS SDK asks for a region. Whether buckets and streams are there is seen
//! by the sinks at their start.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use config::{ConfigErrors, Origin, Problem};
use service::Clock;
use service::command_line::Usable;

use super::ShipperConfig;
use crate::access;
use crate::checkpoint::Store;
use crate::sink::table::Surroundings;

/// The configuration, if all that it names can be used.
///
/// # Errors
/// It was wrong before, or something cannot be used: everything of that.
pub fn examined(
    read: Result<Usable<ShipperConfig>, ConfigErrors>,
) -> Result<Usable<ShipperConfig>, ConfigErrors> {
    let (config, warnings) = read?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let problems = match runtime {
        Ok(runtime) => runtime.block_on(problems(&config)),
        Err(error) => vec![error.to_string()],
    };
    let problem = |message| Problem {
        origin: Origin::Default,
        message,
    };
    ConfigErrors::check(problems.into_iter().map(problem).collect())?;
    Ok((config, warnings))
}

async fn problems(config: &ShipperConfig) -> Vec<String> {
    let own = &config.own;
    let (log_dir, endpoints) = (own.log_dir.as_deref(), own.endpoints_file.as_deref());
    let undelivered = config.undelivered_file.as_deref();
    let directory = access::directory as fn(&Path) -> io::Result<()>;
    let mut problems = Vec::new();
    for (key, path, check) in [
        ("state-dir", Some(&*config.state_dir), directory),
        ("outrigger.log.dir", log_dir, directory),
        ("outrigger.endpoints.file", endpoints, access::file),
        ("undelivered-file", undelivered, access::file),
    ] {
        let Some(path) = path else {
            continue;
        };
        if let Err(error) = check(path) {
            problems.push(format!(
                "{key}: {} cannot be written: {error}; may this user write there?",
                path.display()
            ));
        }
    }
    problems.extend(of_sinks(config).await);
    problems
}

/// What is wrong with several is told once.
async fn of_sinks(config: &ShipperConfig) -> Vec<String> {
    let mut problems: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for sink in &config.sinks {
        let surroundings = Surroundings {
            clock: Clock::real(),
        };
        let checkpoint = Store::new(&config.state_dir, &sink.name).load();
        let mut found: Vec<_> = checkpoint
            .err()
            .map(|error| error.to_string())
            .into_iter()
            .collect();
        match (sink.open)(surroundings).await {
            Ok(opened) if sink.kind == "directory" => {
                found.extend(opened.look().await.map(|trouble| trouble.message));
            }
            Ok(_) => {}
            Err(error) => found.push(error.0),
        }
        for problem in found {
            problems.entry(problem).or_default().push(&sink.name);
        }
    }
    let told = problems.into_iter();
    told.map(|(problem, sinks)| format!("sink: {}: {problem}", sinks.join(", ")))
        .collect()
}
