//! A page of Markdown as what is done with it: shell blocks to run, files to write, and what a block is expected to print.
//! It knows fences that begin a line, and nothing else of Markdown.

/// The first line of a block that other tools or other people's machines would be needed for; the reason follows.
const NOT_RUN: &str = "# not run by the tests: ";
/// The first line of a block whose program stays in the foreground.
const TERMINAL: &str = "# in a terminal of its own";

/// How the whole product is started.
const UPS: [&str; 2] = ["outrigger up", "cargo run --release"];

/// What the page asks for, in its order.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) steps: Vec<Step>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// Of the block's fence.
    pub(super) line: usize,
    pub(super) action: Action,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// Run in the page's shell; each line of `printed` is among what it prints.
    Run {
        text: String,
        printed: Option<String>,
    },
    /// Run beside it until the page ends, or until the next `outrigger up`.
    Terminal(String),
    /// Left alone, for this reason.
    Skip(String),
    /// Written into the folder, because the line above the block ends with the file's name.
    Write { name: String, text: String },
}

impl Page {
    pub(super) fn parse(text: &str) -> Result<Page, String> {
        let mut steps: Vec<Step> = Vec::new();
        let mut above = "";
        // Whether nothing but empty lines came since the last block.
        let mut directly = false;
        let mut lines = text.lines().enumerate();
        while let Some((index, line)) = lines.next() {
            let Some(language) = line.strip_prefix("```") else {
                if !line.trim().is_empty() {
                    above = line;
                    directly = false;
                }
                continue;
            };
            let mut block = String::new();
            let closed = lines.by_ref().any(|(_, line)| {
                let end = line == "```";
                if !end {
                    block.push_str(line);
                    block.push('\n');
                }
                end
            });
            let line = index + 1;
            if !closed {
                return Err(format!("line {line}: the block is not closed"));
            }
            let expects = directly && language == "text";
            match steps.last_mut().map(|step| &mut step.action) {
                Some(Action::Run { printed, .. }) if expects => *printed = Some(block),
                _ => {
                    let action = action(language, above, block);
                    steps.extend(action.map(|action| Step { line, action }));
                }
            }
            above = "";
            directly = true;
        }
        Ok(Page { steps })
    }

    /// Whether the page starts the product itself, before anything else is run.
    pub(super) fn starts_itself(&self) -> bool {
        let mut actions = self.steps.iter().map(|step| &step.action);
        let first = actions.find_map(|action| match action {
            Action::Run { .. } => Some(false),
            Action::Terminal(text) => Some(starts_all(text)),
            Action::Skip(_) | Action::Write { .. } => None,
        });
        first.unwrap_or(true)
    }
}

fn action(language: &str, above: &str, text: String) -> Option<Action> {
    if language == "sh" {
        let first = text.lines().next().unwrap_or_default();
        if let Some(reason) = first.strip_prefix(NOT_RUN) {
            return Some(Action::Skip(reason.to_owned()));
        }
        if first == TERMINAL {
            return Some(Action::Terminal(text));
        }
        return Some(Action::Run {
            text,
            printed: None,
        });
    }
    let name = above.strip_suffix("`:")?.rsplit('`').next()?.to_owned();
    Some(Action::Write { name, text })
}

/// Whether the block starts the whole product.
pub(super) fn starts_all(text: &str) -> bool {
    let commands = text.lines().filter(|line| !line.starts_with('#'));
    commands.into_iter().any(|line| {
        UPS.iter()
            .any(|up| line.starts_with(up) || line.contains(&format!(" {up}")))
    })
}

/// Whether `line` was printed: `…` in it stands for anything.
pub(super) fn is_printed(line: &str, output: &str) -> bool {
    let line = line.trim();
    line.is_empty() || output.lines().any(|printed| fits(line, printed))
}

/// The pieces between the `…` occur in `printed`, in their order.
fn fits(line: &str, printed: &str) -> bool {
    let mut rest = printed;
    line.split('…').all(|piece| {
        let found = rest.find(piece.trim());
        rest = found.map_or("", |at| &rest[at + piece.trim().len()..]);
        found.is_some()
    })
}

#[cfg(test)]
mod tests;
