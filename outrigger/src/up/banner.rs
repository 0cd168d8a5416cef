//! What `up` prints when everything is healthy: where everything is, and a line to copy per client.

use crate::data_dir::{DEFAULT, DataDir};
use crate::endpoints::Endpoints;
use std::fmt::Write;

/// The topic in the lines to copy when none was asked for.
const TOPIC: &str = "demo";

/// What the banner is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Banner<'a> {
    pub(super) endpoints: &'a Endpoints,
    pub(super) data_dir: &'a DataDir,
    /// Those that exist because `up` was asked for them.
    pub(super) topics: &'a [&'a str],
    /// What is not as it was asked for, one sentence each.
    pub(super) warnings: &'a [String],
    /// Whether the broker creates a topic when a client first names it.
    pub(super) auto_create: bool,
    /// How our own program is called here.
    pub(super) program: &'a str,
    /// Whether nothing stays.
    pub(super) ephemeral: bool,
}

impl Banner<'_> {
    /// The whole text.
    pub(super) fn text(&self) -> String {
        let mut out = format!("Outrigger {} is up.\n\n", service::build_info::VERSION);
        self.places(&mut out);
        if let Some(bootstrap) = self.endpoints.first_bootstrap() {
            out.push_str("\nTry it:\n\n");
            if self.topics.is_empty() && !self.auto_create {
                row(&mut out, "first, once", &self.create());
            }
            let topic = self.topics.first().copied().unwrap_or(TOPIC);
            for (client, line) in clients(bootstrap, topic) {
                row(&mut out, client, &line);
            }
        }
        self.own_commands(&mut out);
        out.push_str(if self.ephemeral {
            "\nCtrl-C stops it and removes its data.\n"
        } else {
            "\nCtrl-C stops it; the data stays, and the next start goes on with it.\n"
        });
        out
    }

    fn places(&self, out: &mut String) {
        let Endpoints {
            bootstrap,
            http,
            cluster_id,
            processes,
            ..
        } = self.endpoints;
        for (way_in, address) in bootstrap {
            row(out, &format!("bootstrap ({way_in})"), address);
        }
        for (name, url) in http {
            row(
                out,
                &name.replace('_', " "),
                &format!("{url}/healthz  {url}/metrics"),
            );
        }
        row(out, "cluster id", cluster_id);
        row(out, "data", &self.data_dir.path().display().to_string());
        row(
            out,
            "endpoints",
            &self.data_dir.endpoints().display().to_string(),
        );
        for process in processes {
            let label = format!("{} (pid {})", process.name, process.pid);
            row(out, &label, &process.log.display().to_string());
        }
        if !self.topics.is_empty() {
            row(out, "topics", &self.topics.join(", "));
        }
        for warning in self.warnings {
            row(out, "warning", warning);
        }
    }

    /// The line without which the others find no topic.
    fn create(&self) -> String {
        let program = crate::shell_variables::quoted(self.program);
        let here = option(self.data_dir);
        format!("{program} topics create {TOPIC}{here}")
    }

    fn own_commands(&self, out: &mut String) {
        let topic = self.topics.first().copied().unwrap_or(TOPIC);
        let program = crate::shell_variables::quoted(self.program);
        let here = option(self.data_dir);
        row(
            out,
            "Outrigger",
            &format!("echo hello | {program} produce {topic}{here}"),
        );
        row(
            out,
            "",
            &format!("{program} consume {topic} --from beginning{here}"),
        );
        row(out, "  how it is", &format!("{program} status{here}"));
        row(
            out,
            "  for scripts",
            &format!("eval \"$({program} env{here})\""),
        );
    }
}

fn clients(bootstrap: &str, topic: &str) -> [(&'static str, String); 7] {
    let python = format!(
        "python3 -c 'import kafka; p = kafka.KafkaProducer(bootstrap_servers=\"{bootstrap}\"); p.send(\"{topic}\", b\"hello\"); p.flush()'"
    );
    let tool =
        |name| format!("kafka-console-{name}.sh --bootstrap-server {bootstrap} --topic {topic}");
    [
        (
            "kcat",
            format!("echo hello | kcat -b {bootstrap} -t {topic} -P"),
        ),
        (
            "",
            format!("kcat -b {bootstrap} -t {topic} -C -o beginning -e"),
        ),
        ("Kafka's tools", tool("producer")),
        ("", tool("consumer") + " --from-beginning"),
        ("Python", python),
        ("Java", format!("bootstrap.servers={bootstrap}")),
        (
            "Spring Boot",
            format!("spring.kafka.bootstrap-servers={bootstrap}"),
        ),
    ]
}

fn row(out: &mut String, label: &str, text: &str) {
    let _ = writeln!(out, "  {label:<24}{text}");
}

/// The option that leads other commands here, where the default does not.
fn option(data_dir: &DataDir) -> String {
    let path = data_dir.path();
    if std::path::absolute(DEFAULT).is_ok_and(|default| default == path) {
        return String::new();
    }
    format!(
        " --data-dir {}",
        crate::shell_variables::quoted(&path.display().to_string())
    )
}

#[cfg(test)]
mod tests;
