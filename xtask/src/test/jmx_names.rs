//! The suite of exporter-jmx's names: beside Apache Kafka with jmx_exporter's agent and no rules, after the same workload, whatever MBean both have is
//! called the same, with the same labels in the same order, the same type and the same help. Each difference that is meant is a row of `differences`.

mod differences;
mod series;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use self::differences::{DIFFERENCES, Kind};
use self::series::{Attribute, Shape};
use super::clients::script_path;
use super::node::{Node, free_port};
use super::options::Server;
use super::report::Tally;
use super::up::Up;
use super::{Context, http};
use crate::command::Failure;
use crate::stopwatch::poll;

/// As `outrigger up` has it: an authorizer, and nobody needs a login.
const PROPERTIES: &str = "\
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
";

const LAG: &str = "kafka_consumer_group_ConsumerLagMetrics_Value{name=\"SumOffsetLag\"";
/// A busy machine takes its time.
const LAG_LIMIT: Duration = Duration::from_secs(20);

/// What Yammer's reporter says of every attribute.
const HELP_OF_YAMMER: &str = "Attribute exposed for management";

pub(crate) fn run(context: &Context) -> Result<Tally, Failure> {
    if context.options.server != Server::Outrigger {
        let message = "only the product has this exporter; leave --server out";
        return Err(Failure::Usage(message.into()));
    }
    let (kafka, agent) = kafka(context)?;
    let words = ["--set", "broker.outrigger.lag.interval.ms=100"].map(str::to_owned);
    let up = Up::start(&context.tools, &context.folder.join("up"), &words, &[])?;
    let endpoints = std::fs::read_to_string(up.endpoints())?;
    let endpoints: serde_json::Value =
        serde_json::from_str(&endpoints).map_err(|cause| Failure::of("endpoints.json", cause))?;
    let place = |group: &str, key: &str| {
        let found = endpoints[group][key].as_str();
        found
            .map(str::to_owned)
            .ok_or_else(|| Failure::Failed(format!("endpoints.json has no {group}.{key}")))
    };
    let work = [
        Work::start(context, "kafka", &kafka.bootstrap())?,
        Work::start(context, "ours", &place("bootstrap", "plaintext")?)?,
    ];
    let theirs = shapes(context, "kafka", &agent)?;
    let exporter = format!("{}/metrics", place("http", "exporter_jmx")?);
    await_lag(&exporter)?;
    let ours = shapes(context, "ours", &exporter)?;
    drop(work);
    up.stop()?;
    Ok(compare(&theirs, &ours))
}

/// Apache Kafka with the agent, and where the agent answers.
fn kafka(context: &Context) -> Result<(Node, String), Failure> {
    let folder = context.folder.join("kafka");
    std::fs::create_dir_all(&folder)?;
    let rules = folder.join("rules.yml");
    std::fs::write(&rules, "{}\n")?;
    let free = free_port().ok_or_else(|| Failure::Failed("no free port".into()))?;
    // The server will find the same one, and take the next for its controller.
    let port = free + 2;
    let agent = format!(
        "-javaagent:{}=127.0.0.1:{port}:{}",
        context.tools.jmx_agent().display(),
        rules.display()
    );
    let node = Node::start_kafka(&context.tools, &folder, PROPERTIES, vec![agent])?;
    Ok((node, format!("http://127.0.0.1:{port}/metrics")))
}

fn shapes(context: &Context, name: &str, url: &str) -> Result<BTreeMap<Attribute, Shape>, Failure> {
    let answer = http::get(url, &[]).map_err(Failure::Failed)?;
    let text = answer.text();
    std::fs::write(context.folder.join(format!("{name}.txt")), &text)?;
    if answer.status != 200 {
        return Err(Failure::Failed(format!("{url} answers {}", answer.status)));
    }
    series::parse(&text).map_err(Failure::Failed)
}

/// Lag is reckoned in the background, so it follows the commits.
fn await_lag(url: &str) -> Result<(), Failure> {
    let has_lag = || {
        let answer = http::get(url, &[]).ok()?;
        answer.text().contains(LAG).then_some(())
    };
    let late = || Failure::Failed(format!("no {LAG} within {LAG_LIMIT:?}"));
    poll(LAG_LIMIT, Duration::from_millis(100), has_lag).ok_or_else(late)
}

/// One check for each metric and MBean of either, and one for each row of the table.
fn compare(theirs: &BTreeMap<Attribute, Shape>, ours: &BTreeMap<Attribute, Shape>) -> Tally {
    let mut tally = Tally::default();
    let mut used: BTreeSet<usize> = BTreeSet::new();
    let (mut both, mut differ) = (0, 0);
    let all: BTreeSet<&Attribute> = theirs.keys().chain(ours.keys()).collect();
    for attribute in all {
        let found = match (theirs.get(attribute), ours.get(attribute)) {
            (Some(theirs), Some(ours)) => {
                both += 1;
                difference(theirs, ours)
            }
            (Some(_), None) => Some((Kind::Missing, "we do not have it".to_owned())),
            (None, Some(_)) => Some((Kind::Extra, "Kafka does not have it".to_owned())),
            (None, None) => None,
        };
        let outcome = match found {
            None => Ok(()),
            Some((kind, why)) => {
                differ += 1;
                let rows = differences::rows(attribute, kind);
                used.extend(&rows);
                let (metric, bean) = attribute;
                let told = || format!("{kind:?}: {metric} name={bean:?}: {why}");
                rows.first().map(drop).ok_or_else(told)
            }
        };
        tally.add(outcome);
    }
    println!("    {both} attributes that both have, {differ} differences that are meant or not");
    for (index, row) in DIFFERENCES.iter().enumerate() {
        let told = || format!("the row {row:?} of jmx_names/differences.rs has no effect");
        tally.add(used.contains(&index).then_some(()).ok_or_else(told));
    }
    tally
}

fn difference(theirs: &Shape, ours: &Shape) -> Option<(Kind, String)> {
    if theirs.kind != ours.kind {
        let why = format!("its type is {}, with us {}", theirs.kind, ours.kind);
        return Some((Kind::Type, why));
    }
    if theirs.labels != ours.labels {
        let why = format!(
            "its labels are {:?}, with us {:?}",
            theirs.labels, ours.labels
        );
        return Some((Kind::Labels, why));
    }
    // What a metric of Kafka's own kind means is said in our words.
    if theirs.help == HELP_OF_YAMMER && ours.help != HELP_OF_YAMMER {
        let why = format!("its help is {:?}, with us {:?}", theirs.help, ours.help);
        return Some((Kind::Help, why));
    }
    None
}

/// The clients, which stay connected until it is dropped.
struct Work(Child);

impl Work {
    fn start(context: &Context, name: &str, bootstrap: &str) -> Result<Work, Failure> {
        let errors = context.folder.join(format!("{name}.stderr"));
        let mut command = Command::new(context.tools.python());
        command
            .arg("-u")
            .arg(script_path(context, "python/jmx_workload.py"))
            .args(["--bootstrap", bootstrap])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(&errors)?);
        let child = command
            .spawn()
            .map_err(|cause| Failure::of(format!("{command:?}"), cause))?;
        let mut work = Work(child);
        work.ready(&errors)?;
        Ok(work)
    }

    /// It ends by itself where a request does not.
    fn ready(&mut self, errors: &Path) -> Result<(), Failure> {
        let mut line = String::new();
        if let Some(stdout) = self.0.stdout.as_mut() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        if line.trim() == "ready" {
            return Ok(());
        }
        Err(Failure::Failed(format!(
            "the workload said {line:?}; its errors are in {}",
            errors.display()
        )))
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
