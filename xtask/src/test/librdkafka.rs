//! librdkafka's own test-runner against a server: the committed allow-list, or its quick slice. One process per test number, so that a crash is one failure.
//! A test that its runner skips is a failure here: the list says that it runs and passes.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::Context;
use super::node::Node;
use super::report::Tally;
use crate::command::Failure;
use crate::stopwatch::poll;

/// One test number may take this long on a busy machine; the longest takes 65 s.
const TEST_LIMIT: Duration = Duration::from_secs(240);

/// A line of the allow-list.
#[derive(Debug, PartialEq, Eq)]
struct Allowed {
    name: String,
    scenario: String,
    quick: bool,
}

pub(crate) fn quick(context: &Context) -> Result<Tally, Failure> {
    run(context, |allowed| allowed.quick)
}

pub(crate) fn full(context: &Context) -> Result<Tally, Failure> {
    run(context, |_| true)
}

fn run(context: &Context, wanted: impl Fn(&Allowed) -> bool) -> Result<Tally, Failure> {
    let path = context
        .tools
        .repository()
        .join("tests/compat/librdkafka/allow-list.txt");
    let text = fs::read_to_string(&path).map_err(|cause| Failure::of(path.display(), cause))?;
    let only = context.options.scenario.as_deref();
    let mut scenarios: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for allowed in text.lines().filter_map(parse) {
        if only.map_or_else(|| wanted(&allowed), |name| allowed.name.starts_with(name)) {
            scenarios
                .entry(allowed.scenario)
                .or_default()
                .push(allowed.name);
        }
    }
    let mut tally = Tally::default();
    for (scenario, names) in scenarios {
        let properties = match scenario.as_str() {
            "noautocreate" => "auto.create.topics.enable=false\n",
            _ => "",
        };
        let folder = context.folder.join(&scenario);
        let mut node = Node::start(&context.options.server, &context.tools, &folder, properties)?;
        let runner = Runner::new(context, &folder, &scenario, &node.bootstrap())?;
        for number in numbers(&names) {
            let states = runner.run(&number)?;
            for name in names.iter().filter(|name| name.starts_with(&number)) {
                let outcome = runner.verdict(name, states.get(name));
                println!(
                    "    {} {name}",
                    if outcome.is_ok() { "ok" } else { "not ok" }
                );
                tally.add(outcome);
            }
        }
        node.stop()?;
    }
    Ok(tally)
}

/// Name, scenario, and perhaps `quick`; `None` for a comment.
fn parse(line: &str) -> Option<Allowed> {
    let mut words = line.split_whitespace();
    let name = words
        .next()
        .filter(|word| !word.starts_with('#'))?
        .to_owned();
    let scenario = words.next()?.to_owned();
    Some(Allowed {
        name,
        scenario,
        quick: words.next() == Some("quick"),
    })
}

/// The test-runner selects by these.
fn numbers(names: &[String]) -> Vec<String> {
    let mut numbers: Vec<String> = names
        .iter()
        .filter_map(|name| name.get(..4))
        .map(str::to_owned)
        .collect();
    numbers.dedup();
    numbers
}

struct Runner {
    tests: PathBuf,
    folder: PathBuf,
    scenario: String,
}

impl Runner {
    fn new(
        context: &Context,
        folder: &Path,
        scenario: &str,
        bootstrap: &str,
    ) -> Result<Runner, Failure> {
        let runner = Runner {
            tests: context.tools.librdkafka_tests(),
            folder: folder.to_path_buf(),
            scenario: scenario.to_owned(),
        };
        let text = format!(
            "bootstrap.servers={bootstrap}\nbroker.address.family=v4\ntest.topic.random=true\n"
        );
        fs::write(runner.path("test.conf"), text)?;
        Ok(runner)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Runs the tests of one number and gives their states by name.
    fn run(&self, number: &str) -> Result<BTreeMap<String, String>, Failure> {
        let report = self.path(&format!("{number}.json"));
        let log = File::create(self.path(&format!("{number}.log")))?;
        let mut command = Command::new("./test-runner");
        command
            .args(["-p1", "-Q", "-E", "-L", "-K", "-s", &self.scenario])
            .current_dir(&self.tests);
        command
            .env("TESTS", number)
            .env("TEST_REPORT", &report)
            .env("TEST_KAFKA_VERSION", "4.3.1");
        command.env("RDKAFKA_TEST_CONF", self.path("test.conf"));
        command.env(
            "LD_LIBRARY_PATH",
            format!("{0}/../src:{0}/../src-cpp", self.tests.display()),
        );
        // The runner triples its own time limits where it sees CI; ours is the one above.
        command.env_remove("CI");
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        let mut child = command
            .spawn()
            .map_err(|cause| Failure::of("test-runner", cause))?;
        let ended = poll(TEST_LIMIT, Duration::from_millis(20), || {
            child.try_wait().ok().flatten()
        });
        if ended.is_none() {
            child.kill()?;
            child.wait()?;
        }
        Ok(states(&fs::read(report).unwrap_or_default()))
    }

    fn verdict(&self, name: &str, state: Option<&String>) -> Result<(), String> {
        match state.map(String::as_str) {
            Some("PASSED") => Ok(()),
            state => {
                let log = self.path(&format!("{}.log", name.get(..4).unwrap_or(name)));
                Err(format!(
                    "{name}: {} (log: {})",
                    state.unwrap_or("no report"),
                    log.display()
                ))
            }
        }
    }
}

/// Test name to state, from a report; empty where there is none.
fn states(report: &[u8]) -> BTreeMap<String, String> {
    let report: serde_json::Value = serde_json::from_slice(report).unwrap_or_default();
    let tests = report["tests"].as_object().cloned().unwrap_or_default();
    tests
        .into_iter()
        .filter_map(|(name, test)| Some((name, test["state"].as_str()?.to_owned())))
        .collect()
}

#[cfg(test)]
mod tests;
