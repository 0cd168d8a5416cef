//! Links of a page to files and headings of this repository. Links elsewhere are not followed: the tests stay on the machine.

use std::path::Path;

/// What does not lead anywhere, one sentence each.
pub(super) fn broken(page: &Path, text: &str) -> Vec<String> {
    targets(text)
        .into_iter()
        .filter(|target| !target.contains("://"))
        .filter(|target| !leads_somewhere(page, text, target))
        .map(|target| format!("the link to `{target}` leads nowhere"))
        .collect()
}

fn leads_somewhere(page: &Path, text: &str, target: &str) -> bool {
    let (file, heading) = target.split_once('#').unwrap_or((target, ""));
    let folder = page.parent().unwrap_or(page);
    let other = folder.join(file);
    if !other.exists() {
        return false;
    }
    if heading.is_empty() {
        return true;
    }
    let other = match file.is_empty() {
        true => text.to_owned(),
        false => std::fs::read_to_string(&other).unwrap_or_default(),
    };
    other
        .lines()
        .filter(|line| line.starts_with('#'))
        .any(|line| anchor(line) == heading)
}

/// The anchor that a heading gets.
fn anchor(heading: &str) -> String {
    heading
        .trim_start_matches('#')
        .trim()
        .to_lowercase()
        .chars()
        .filter_map(|c| match c {
            ' ' => Some('-'),
            c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
            _ => None,
        })
        .collect()
}

/// Of `[text](target)`, and of pictures written as HTML.
fn targets(text: &str) -> Vec<&str> {
    let mut targets = Vec::new();
    for (mark, end) in [("](", ')'), ("src=\"", '"'), ("srcset=\"", '"')] {
        for (start, _) in text.match_indices(mark) {
            let rest = &text[start + mark.len()..];
            targets.extend(rest.split(end).next());
        }
    }
    targets
}

#[cfg(test)]
mod tests;
