//! `outrigger status`: how an instance is, found out from outside.

mod report;

pub(crate) use report::{ProcessReport, Report};

use crate::data_dir::{DataDir, DataDirOption};
use crate::endpoints::{Endpoints, ProcessEntry, admin_key};
use crate::{log_delivery, output, probe};
use clap::Args;
use service::Exit;
use service::files::Lock;
use std::io;

/// See `outrigger status --help`.
#[derive(Args, Clone, Debug)]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    data_dir: DataDirOption,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Prints how the instance is; the exit status says it too.
pub(crate) async fn command(args: &StatusArgs) -> Exit {
    let asked = async { ask(&args.data_dir.resolve()?).await };
    match asked.await {
        Ok(report) => {
            let text = if args.json {
                report.json()
            } else {
                report.text()
            };
            match output::print(&text) {
                Exit::Ok => report.exit(),
                failed => failed,
            }
        }
        Err(error) => {
            output::error(&format!("cannot look into the data directory: {error}"));
            Exit::Failure
        }
    }
}

/// Looks at the lock, at `endpoints.json`, and asks every process that is named there.
pub(crate) async fn ask(data_dir: &DataDir) -> io::Result<Report> {
    let supervised = Lock::held_by(&data_dir.lock())?.is_some();
    let Some(endpoints) = Endpoints::read(data_dir)? else {
        return Ok(Report::without_endpoints(data_dir, supervised));
    };
    let mut processes = Vec::new();
    for process in &endpoints.processes {
        processes.push(ask_process(process, &endpoints).await);
    }
    let logs = match endpoints.http.get(&admin_key(log_delivery::PROCESS)) {
        // Why it does not answer is among the reasons of its process.
        Some(url) => log_delivery::ask(url).await.ok(),
        None => None,
    };
    Ok(Report::new(data_dir, supervised, endpoints, processes).with_logs(logs))
}

/// The endpoints of what runs in a directory; `None` where nothing does. A file that a killed `up`
/// has left behind does not count: where nobody holds the lock, its processes are asked.
pub(crate) async fn running(data_dir: &DataDir) -> io::Result<Option<Endpoints>> {
    if Lock::held_by(&data_dir.lock())?.is_some() {
        return Endpoints::read(data_dir);
    }
    Ok(ask(data_dir).await?.running())
}

async fn ask_process(process: &ProcessEntry, endpoints: &Endpoints) -> ProcessReport {
    let mut reasons = Vec::new();
    let mut removed_log_bytes = 0;
    if let Some(url) = endpoints.http.get(&admin_key(&process.name)) {
        reasons.extend(probe::health(url).await.err());
        // Why it does not answer is among the reasons already.
        if let Ok(metrics) = probe::text(url, "/metrics").await {
            removed_log_bytes = log_delivery::removed_bytes(&metrics);
        }
    }
    if process.name == "broker" {
        reasons.extend(probe::broker(endpoints).await.err());
    }
    ProcessReport {
        name: process.name.clone(),
        pid: process.pid,
        reasons,
        removed_log_bytes,
    }
}

#[cfg(test)]
mod tests;
