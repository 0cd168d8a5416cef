//! A page tried out from its first block to its last: what is started, written, run and ended.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use super::background::Background;
use super::clients::Desk;
use super::page::{Action, Page, Step, is_printed, starts_all};
use super::places::{LOCALSTACK, Places};
use super::shell::Shell;
use crate::command::Failure;
use crate::test::Context;
use crate::test::report::Tally;

/// How long a block may take; a JVM on a busy machine is slow.
const BLOCK_LIMIT: Duration = Duration::from_secs(300);
/// How the product is started where the page takes for granted that it runs.
const UP: &str = "outrigger up";
const WAIT: &str = "outrigger wait --timeout 60";

struct Reader {
    desk: Desk,
    places: Places,
    shell: Shell,
    /// The running product, and what else runs beside the page.
    up: Option<Background>,
    others: Vec<Background>,
    started: usize,
}

/// Tries the page out; `aws` is LocalStack's port.
pub(super) fn page(
    context: &Context,
    aws: Option<u16>,
    name: &str,
    page: &Page,
) -> Result<Tally, Failure> {
    let mut tally = Tally::default();
    for step in &page.steps {
        if let Action::Skip(reason) = &step.action {
            println!("    skip {name}:{}: {reason}", step.line);
            tally.skipped += 1;
        }
    }
    if page.steps.iter().any(runs) {
        let folder = context.folder.join(name.replace('/', "-"));
        let reader = Reader::sit_down(context, &folder, aws)?;
        match reader.read(page, &mut tally.passed)? {
            Ok(()) => println!("    ok {name}"),
            Err(why) => tally.failed.push(format!("{name}: {why}")),
        }
    }
    Ok(tally)
}

fn runs(step: &Step) -> bool {
    matches!(step.action, Action::Run { .. } | Action::Terminal(_))
}

/// Whether the page speaks to AWS, which LocalStack plays.
pub(super) fn needs_localstack(page: &Page) -> bool {
    let address = format!("127.0.0.1:{LOCALSTACK}");
    page.steps.iter().any(|step| match &step.action {
        Action::Run { text, .. } | Action::Terminal(text) => text.contains(&address),
        Action::Skip(_) | Action::Write { .. } => false,
    })
}

impl Reader {
    fn sit_down(context: &Context, folder: &Path, aws: Option<u16>) -> Result<Reader, Failure> {
        let desk = Desk::set_up(&context.tools, &folder.join("desk"))?;
        let mut known = BTreeMap::new();
        if let Some(port) = aws {
            known.insert(LOCALSTACK.to_owned(), port.to_string());
        }
        let endpoints = desk.folder().join("outrigger-data/endpoints.json");
        let shell = Shell::start(desk.bash(), &folder.join("block.sh"))?;
        Ok(Reader {
            places: Places::new(&endpoints, known),
            desk,
            shell,
            up: None,
            others: Vec::new(),
            started: 0,
        })
    }

    /// From the first block to the last; `passed` counts those that ran.
    fn read(mut self, page: &Page, passed: &mut usize) -> Result<Result<(), String>, Failure> {
        if !page.starts_itself()
            && let Err(why) = self.terminal(UP)?
        {
            return Ok(Err(why));
        }
        for step in &page.steps {
            if let Err(why) = self.step(step)? {
                return Ok(Err(format!("line {}: {why}", step.line)));
            }
            *passed += usize::from(runs(step));
        }
        Ok(self.leave())
    }

    fn step(&mut self, step: &Step) -> Result<Result<(), String>, Failure> {
        match &step.action {
            Action::Skip(_) => Ok(Ok(())),
            Action::Terminal(text) => self.terminal(text),
            Action::Write { name, text } => {
                let path = self.desk.folder().join(name);
                if let Some(folder) = path.parent() {
                    fs::create_dir_all(folder)?;
                }
                fs::write(&path, self.places.replace(text)?)?;
                Ok(Ok(()))
            }
            Action::Run { text, printed } => self.run(text, printed.as_deref().unwrap_or_default()),
        }
    }

    fn run(&mut self, text: &str, printed: &str) -> Result<Result<(), String>, Failure> {
        let text = self.places.replace(text)?;
        let printed = self.places.replace(printed)?;
        let output = match self.shell.run(&text, BLOCK_LIMIT)? {
            Ok(output) => output,
            Err(why) => return Ok(Err(format!("the block {why}{text}"))),
        };
        for running in self.up.iter_mut().chain(&mut self.others) {
            if let Some(ended) = running.ended() {
                return Ok(Err(format!("what runs beside it {ended}")));
            }
        }
        let missing = printed.lines().find(|line| !is_printed(line, &output));
        Ok(missing.map_or(Ok(()), |line| {
            Err(format!("the block does not print `{line}` but\n{output}"))
        }))
    }

    fn terminal(&mut self, text: &str) -> Result<Result<(), String>, Failure> {
        let is_up = starts_all(text);
        if is_up && let Some(running) = self.up.take() {
            // A reader stops it with Ctrl-C before starting it otherwise.
            if let Err(why) = running.stop() {
                return Ok(Err(format!("`outrigger up` {why}")));
            }
        }
        let text = self.places.replace(text)?;
        self.started += 1;
        let output = self
            .desk
            .folder()
            .join(format!(".terminal-{}", self.started));
        let running = Background::start(self.desk.bash(), &text, &output)?;
        if !is_up {
            self.others.push(running);
            return Ok(Ok(()));
        }
        self.up = Some(running);
        let healthy = self.shell.run(WAIT, BLOCK_LIMIT)?;
        let ended = self.up.as_mut().and_then(Background::ended);
        Ok(match (healthy, ended) {
            (Ok(_), None) => Ok(()),
            (_, Some(ended)) => Err(format!("`outrigger up` {ended}")),
            (Err(why), None) => Err(why),
        })
    }

    /// Ends what still runs, the last started first.
    fn leave(self) -> Result<(), String> {
        for running in self.others.into_iter().rev() {
            running.stop()?;
        }
        match self.up {
            Some(running) => running
                .stop()
                .map_err(|why| format!("`outrigger up` {why}")),
            None => Ok(()),
        }
    }
}
