//! The suite `docs`: the documents are tried out. Shell blocks run, page by page, as a reader would type them; links and quoted
//! messages are looked up. What is asked of a page's author stands in CONTRIBUTING.md; a block without a mark runs.

mod background;
mod clients;
mod links;
mod messages;
mod page;
mod places;
mod run;
mod shell;

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::Context;
use super::localstack::Localstack;
use super::options::Server;
use super::report::Tally;
use crate::command::{Failure, root};
use page::Page;

/// What the look-up of messages is called among the pages.
const MESSAGES: &str = "messages";

/// Pages that are tried out at one time: each has a folder and a product of its own, and waits for much of its time.
const WORKERS: usize = 2;
/// What pages let LocalStack play.
const SERVICES: &str = "cloudwatch,firehose,iam,kinesis,logs,s3,secretsmanager,sts";

/// `--scenario NAME` runs the pages whose names contain it; `messages` looks those up alone.
pub(crate) fn run(context: &Context) -> Result<Tally, Failure> {
    if context.options.server != Server::Outrigger {
        return Err(Failure::Usage(
            "the suite docs runs against the built binary alone; leave --server out".into(),
        ));
    }
    let wanted = context.options.scenario.as_deref();
    let mut tally = Tally::default();
    let mut chosen = Vec::new();
    for path in &pages()? {
        let text = fs::read_to_string(path).map_err(|cause| Failure::of(path.display(), cause))?;
        let name = name(path);
        for broken in links::broken(path, &text) {
            tally.failed.push(format!("{name}: {broken}"));
        }
        if wanted.is_some_and(|wanted| !name.contains(wanted)) {
            continue;
        }
        match Page::parse(&text) {
            Ok(page) => chosen.push((name, page)),
            Err(wrong) => tally.failed.push(format!("{name}: {wrong}")),
        }
    }
    let aws = match chosen.iter().any(|(_, page)| run::needs_localstack(page)) {
        true => {
            let folder = context.folder.join("localstack");
            Some(Localstack::start(&context.tools, &folder, SERVICES)?)
        }
        false => None,
    };
    let port = aws.as_ref().map(Localstack::port);
    for outcome in try_out(context, port, &chosen) {
        match outcome {
            Ok(page) => tally.append(page),
            Err(failure) => tally.failed.push(failure.to_string()),
        }
    }
    if let Some(localstack) = aws {
        localstack.stop()?;
    }
    if wanted.is_none_or(|wanted| wanted == MESSAGES) {
        messages::check(context, &mut tally)?;
    }
    Ok(tally)
}

/// What became of each page, in the order in which they ended.
fn try_out(
    context: &Context,
    aws: Option<u16>,
    pages: &[(String, Page)],
) -> Vec<Result<Tally, Failure>> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut outcomes = Vec::new();
        while let Some((name, page)) = pages.get(next.fetch_add(1, Ordering::Relaxed)) {
            outcomes.push(run::page(context, aws, name, page));
        }
        outcomes
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(work)).collect();
        let ended = workers.into_iter().map(|worker| {
            worker
                .join()
                .unwrap_or_else(|_| vec![Err(Failure::Failed("a page panicked".into()))])
        });
        ended.flatten().collect()
    })
}

/// The documents for users, the first one first.
fn pages() -> Result<Vec<PathBuf>, Failure> {
    let folder = root().join("docs");
    let mut pages = vec![];
    for entry in fs::read_dir(&folder).map_err(|cause| Failure::of(folder.display(), cause))? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "md") {
            pages.push(path);
        }
    }
    pages.sort();
    pages.insert(0, root().join("README.md"));
    Ok(pages)
}

/// How a page is called in what the suite says.
fn name(path: &std::path::Path) -> String {
    path.strip_prefix(root())
        .unwrap_or(path)
        .display()
        .to_string()
}
