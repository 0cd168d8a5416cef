//! A real Prometheus under test: started with a configuration on a free port, asked by its HTTP API, its warnings read out of its log.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::http;
use crate::command::Failure;
use crate::stopwatch::poll;
use crate::tools::{Release, Tools};

const START_LIMIT: Duration = Duration::from_secs(30);
const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// What it says when a tick that came late is followed by one in time: it evaluates its rules for the same moment twice, which is no
/// fault of what it scrapes. Two rules of one name, which could do the same, are found by promtool.
const TWICE: &str = "different value but same timestamp";

/// What it scrapes and evaluates: the target file of an `up`, every second, and rule files by name and text.
pub(crate) struct Setup<'a> {
    pub(crate) targets: &'a Path,
    pub(crate) rules: &'a [(&'a str, String)],
    /// Served below `/user`.
    pub(crate) assets: &'a Path,
}

pub(crate) struct Prometheus {
    child: Child,
    url: String,
    log: PathBuf,
}

/// A series of an answer and its value.
pub(crate) struct Sample {
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) value: f64,
}

impl Prometheus {
    /// Starts it with its data in `folder`, which must be new, and waits until it is ready.
    pub(crate) fn start(
        tools: &Tools,
        release: Release,
        folder: &Path,
        setup: &Setup,
    ) -> Result<Prometheus, Failure> {
        fs::create_dir_all(folder.join("rules"))?;
        for (name, text) in setup.rules {
            fs::write(folder.join("rules").join(name), text)?;
        }
        fs::write(folder.join("prometheus.yml"), configuration(setup.targets))?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let url = format!("http://127.0.0.1:{port}");
        let log = folder.join("prometheus.log");
        let output = File::create(&log)?;
        let mut command = Command::new(tools.prometheus(release).join("prometheus"));
        command
            .args(["--config.file=prometheus.yml", "--storage.tsdb.path=data"])
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .arg(format!("--web.external-url={url}"))
            .arg(format!("--web.user-assets={}", setup.assets.display()))
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output);
        let child = command
            .spawn()
            .map_err(|cause| Failure::of(format!("{command:?}"), cause))?;
        let prometheus = Prometheus { child, url, log };
        let ready = poll(START_LIMIT, POLL_INTERVAL, || {
            http::get(&format!("{}/-/ready", prometheus.url), &[])
                .is_ok_and(|answer| answer.status == 200)
                .then_some(())
        });
        match ready {
            Some(()) => Ok(prometheus),
            None => Err(Failure::Failed(format!(
                "Prometheus was not ready within {START_LIMIT:?}; its log is {}",
                prometheus.log.display()
            ))),
        }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The instant value of an expression.
    pub(crate) fn query(&self, expr: &str) -> Result<Vec<Sample>, String> {
        let answer = http::post(&format!("{}/api/v1/query", self.url), &[("query", expr)])?;
        let root = success(&answer)?;
        let result = &root["data"]["result"];
        if root["data"]["resultType"] == "scalar" {
            let value = number(&result[1]);
            return Ok(vec![Sample {
                labels: BTreeMap::new(),
                value,
            }]);
        }
        Ok(result
            .as_array()
            .into_iter()
            .flatten()
            .map(sample)
            .collect())
    }

    /// One number of an expression: of its first series; `None` where there is none.
    pub(crate) fn number(&self, expr: &str) -> Result<Option<f64>, String> {
        Ok(self.query(expr)?.first().map(|sample| sample.value))
    }

    /// Every metric name that it knows.
    pub(crate) fn names(&self) -> Result<Vec<String>, String> {
        let answer = http::get(&format!("{}/api/v1/label/__name__/values", self.url), &[])?;
        let root = success(&answer)?;
        let names = root["data"].as_array().into_iter().flatten();
        Ok(names.filter_map(Value::as_str).map(str::to_owned).collect())
    }

    /// Alerts in this state, by name and labels.
    pub(crate) fn alerts(&self, state: &str) -> Result<Vec<BTreeMap<String, String>>, String> {
        let answer = http::get(&format!("{}/api/v1/alerts", self.url), &[])?;
        let root = success(&answer)?;
        let alerts = root["data"]["alerts"].as_array().into_iter().flatten();
        let here = alerts.filter(|alert| alert["state"] == state);
        Ok(here
            .map(|alert| {
                let mut all = texts(&alert["labels"]);
                all.extend(texts(&alert["annotations"]));
                all
            })
            .collect())
    }

    /// Lines of its log that warn or worse, but for what a machine that is slow makes of its rules.
    pub(crate) fn warnings(&self) -> Result<Vec<String>, Failure> {
        let text = fs::read_to_string(&self.log)?;
        let levels = ["level=warn", "level=error", "level=WARN", "level=ERROR"];
        let lines = text
            .lines()
            .filter(|line| levels.iter().any(|level| line.contains(level)));
        let told = lines.filter(|line| !line.contains(TWICE));
        Ok(told.map(str::to_owned).collect())
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One scrape configuration for all jobs: the target file names them.
fn configuration(targets: &Path) -> String {
    format!(
        "global:\n  scrape_interval: 1s\n  scrape_timeout: 1s\n  evaluation_interval: 1s\n\
         rule_files:\n  - rules/*.yml\n\
         scrape_configs:\n  - job_name: outrigger\n    file_sd_configs:\n      - files: ['{}']\n        refresh_interval: 1s\n",
        targets.display()
    )
}

fn success(answer: &http::Answer) -> Result<Value, String> {
    let text = answer.text();
    let root: Value = serde_json::from_str(&text).map_err(|cause| format!("{cause}: {text}"))?;
    if root["status"] == "success" {
        Ok(root)
    } else {
        Err(root["error"].as_str().unwrap_or(&text).to_owned())
    }
}

fn sample(series: &Value) -> Sample {
    Sample {
        labels: texts(&series["metric"]),
        value: number(&series["value"][1]),
    }
}

fn number(value: &Value) -> f64 {
    let text = value.as_str().unwrap_or("NaN");
    text.parse().unwrap_or(f64::NAN)
}

fn texts(map: &Value) -> BTreeMap<String, String> {
    let entries = map.as_object().into_iter().flatten();
    entries
        .map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned()))
        .collect()
}
