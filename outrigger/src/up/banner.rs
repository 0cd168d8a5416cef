//! What `up` prints when everything is healthy: where everything is, and a line to copy per client.

use super::dashboard;
use super::parts::Everybody;
use crate::data_dir::{DEFAULT, DataDir};
use crate::endpoints::{Endpoints, IAM, SCRAM, TLS};
use crate::shell_variables::quoted;
use std::fmt::Write;

/// The topic in the lines to copy when none was asked for.
const TOPIC: &str = "demo";

/// The file with which our own commands come by TLS.
const BY_CERTIFICATE: &str = "java-tls.properties";

/// What the banner is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Banner<'a> {
    pub(super) endpoints: &'a Endpoints,
    pub(super) data_dir: &'a DataDir,
    /// Those that exist because `up` was asked for them.
    pub(super) topics: &'a [&'a str],
    /// Where log lines are delivered, as they were asked for.
    pub(super) log_sinks: &'a [&'a str],
    /// What is not as it was asked for, one sentence each.
    pub(super) warnings: &'a [String],
    /// Whether the broker creates a topic when a client first names it.
    pub(super) auto_create: bool,
    /// What they may do who come without credentials.
    pub(super) everybody: Everybody,
    /// Whether a port with TLS lets in who shows no certificate.
    pub(super) anonymous_tls: bool,
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
        out.push_str("\nTry it:\n\n");
        if self.topics.is_empty() && !self.auto_create {
            row(&mut out, "first, once", &self.create());
        }
        if let Some(bootstrap) = self.endpoints.first_bootstrap() {
            let topic = self.topics.first().copied().unwrap_or(TOPIC);
            for (client, line) in clients(bootstrap, topic) {
                row(&mut out, client, &line);
            }
        }
        self.own_commands(&mut out);
        self.secured(&mut out);
        self.openness(&mut out);
        out.push_str(if self.ephemeral {
            "\nCtrl-C stops it and removes its data.\n"
        } else {
            "\nCtrl-C stops it; the data stays, and the next start goes on with it.\n"
        });
        out
    }

    fn places(&self, out: &mut String) {
        let Endpoints {
            http,
            cluster_id,
            processes,
            ..
        } = self.endpoints;
        for (way_in, address) in self.endpoints.ways_in() {
            row(out, &format!("bootstrap ({way_in})"), address);
        }
        for (name, url) in http.iter().filter(|(name, _)| !name.ends_with("_admin")) {
            let shown = if name == dashboard::KEY {
                url.clone()
            } else {
                format!("{url}/metrics")
            };
            row(out, &name.replace('_', " "), &shown);
        }
        let health = http.iter().filter_map(|(name, url)| {
            let process = name.strip_suffix("_admin")?.replace('_', "-");
            Some(format!("{url}/healthz ({process})"))
        });
        let health: Vec<_> = health.collect();
        if !health.is_empty() {
            row(out, "health", &health.join("  "));
        }
        row(out, "cluster id", cluster_id);
        row(out, "data", &self.data_dir.path().display().to_string());
        row(
            out,
            "endpoints",
            &self.data_dir.endpoints().display().to_string(),
        );
        if self.has_logins() {
            row(
                out,
                "clients",
                &format!("{}/*", self.data_dir.clients().display()),
            );
        }
        for process in processes {
            let log = format!("{} (pid {})", process.log.display(), process.pid);
            row(out, &process.name, &log);
        }
        for process in processes {
            let what = match process.name.as_str() {
                "broker" => "denials and changes",
                "authn" => "failed logins",
                _ => "audit log",
            };
            if let Some(log) = &process.audit_log {
                row(out, what, &log.display().to_string());
            }
        }
        for sink in self.log_sinks {
            row(out, "logs go to", sink);
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
        let program = quoted(self.program);
        format!("{program} topics create {TOPIC}{}", self.reached())
    }

    /// The option with which our own commands reach it: by certificate where no plaintext is spoken.
    fn reached(&self) -> String {
        let ways_in = &self.endpoints.bootstrap;
        if self.endpoints.first_bootstrap().is_none() && ways_in.contains_key(TLS) {
            return format!(" --command-config {}", self.client_file(BY_CERTIFICATE));
        }
        option(self.data_dir)
    }

    fn client_file(&self, name: &str) -> String {
        let path = self.data_dir.clients().join(name);
        quoted(&path.display().to_string())
    }

    fn has_logins(&self) -> bool {
        !self.endpoints.credentials.is_empty()
    }

    /// A line for each way in that asks who comes.
    fn secured(&self, out: &mut String) {
        if !self.has_logins() {
            return;
        }
        out.push_str("\nWith a login:\n\n");
        let topic = self.topics.first().copied().unwrap_or(TOPIC);
        let file = |name: &str| self.client_file(name);
        let kcat = |name: &str| format!("kcat -F {} -t {topic} -C -o beginning -e", file(name));
        let program = quoted(self.program);
        let env = format!("eval \"$({program} env{})\"", option(self.data_dir));
        let java = |address: &str| {
            format!(
                "{env} && kafka-console-producer.sh --bootstrap-server {address} --command-config {} --topic {topic}",
                file("java-iam.properties")
            )
        };
        let python = format!("python3 {} {topic}", file("python-iam.py"));
        let rows = [
            (TLS, "certificate", kcat("kcat-tls.conf")),
            (SCRAM, "password (SCRAM)", kcat("kcat-scram.conf")),
            (IAM, "IAM, any AWS signer", env.clone()),
            (IAM, "IAM, Python", python),
        ];
        let ways_in = &self.endpoints.bootstrap;
        let rows = rows
            .iter()
            .filter(|(way_in, ..)| ways_in.contains_key(*way_in));
        for (_, label, line) in rows {
            row(out, label, line);
        }
        if let Some(address) = ways_in.get(IAM) {
            row(out, "IAM, Java", &java(address));
        }
        // Where no plaintext is spoken, the lines above have it already.
        if ways_in.contains_key(TLS) && self.endpoints.first_bootstrap().is_some() {
            let produce = format!("{program} produce {topic}");
            let by_certificate = file(BY_CERTIFICATE);
            let line = format!("echo hello | {produce} --command-config {by_certificate}");
            row(out, "Outrigger", &line);
        }
    }

    /// The address at which nobody is asked who he is.
    fn open_address(&self) -> Option<&str> {
        let with_tls = self.endpoints.bootstrap.get(TLS);
        let with_tls = with_tls.filter(|_| self.anonymous_tls).map(String::as_str);
        self.endpoints.first_bootstrap().or(with_tls)
    }

    /// What who starts it for others to use must know, and how to close it.
    fn openness(&self, out: &mut String) {
        let Some(address) = self.open_address() else {
            return;
        };
        let _ = match self.everybody {
            Everybody::AsAclsSay => return,
            Everybody::AllWithoutAcl => writeln!(
                out,
                "\nWho reaches {address} needs no login, and may change ACLs and passwords, too, until an ACL \
                 names the cluster. To close it:\n\n  {} up{}{} --set broker.allow.everyone.if.no.acl.found=false",
                quoted(self.program),
                option(self.data_dir),
                self.without_plaintext()
            ),
            Everybody::All => writeln!(
                out,
                "\nWho reaches {address} needs no login and may do everything: there is no authorizer \
                 (broker.authorizer.class.name)."
            ),
        };
    }

    /// What keeps a door shut that is shut now.
    fn without_plaintext(&self) -> &'static str {
        match self.endpoints.first_bootstrap() {
            Some(_) => "",
            None => " --client-broker tls",
        }
    }

    fn own_commands(&self, out: &mut String) {
        let topic = self.topics.first().copied().unwrap_or(TOPIC);
        let program = quoted(self.program);
        let (here, reached) = (option(self.data_dir), self.reached());
        row(
            out,
            "Outrigger",
            &format!("echo hello | {program} produce {topic}{reached}"),
        );
        row(
            out,
            "",
            &format!("{program} consume {topic} --from beginning{reached}"),
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
    format!(" --data-dir {}", quoted(&path.display().to_string()))
}

#[cfg(test)]
mod tests;
