//! The known names nearest to one that is not known.
//!
//! Only names are compared; nothing is ever corrected silently.

/// Most names that are worth telling.
const SUGGESTIONS_MAX: usize = 3;

/// Names at most so far from `name` that somebody may have meant them, nearest first.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    // A third of the name wrong is no longer a slip.
    let farthest = (name.chars().count() / 3).clamp(2, 6);
    let mut near: Vec<(usize, &str)> = known
        .filter(|candidate| candidate.len().abs_diff(name.len()) <= farthest)
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= farthest)
        .collect();
    near.sort_unstable();
    let best = near.first().map_or(0, |(distance, _)| *distance);
    near.retain(|(distance, _)| *distance <= best + 1);
    near.into_iter()
        .take(SUGGESTIONS_MAX)
        .map(|(_, candidate)| candidate)
        .collect()
}

/// Insertions, deletions, replacements and swaps of neighbours that turn one into the other.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut above: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    let mut previous_left = None;
    for (i, l) in left.chars().enumerate() {
        let mut next = vec![i + 1];
        let mut left_cost = i + 1;
        let mut previous_right = None;
        for (j, r) in right.iter().copied().enumerate() {
            let cell = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX - 1);
            let replaced = cell(&row, j) + usize::from(l != r);
            let mut cost = replaced.min(cell(&row, j + 1) + 1).min(left_cost + 1);
            let swapped = previous_left == Some(r) && previous_right == Some(l);
            if let (true, Some(at)) = (swapped, j.checked_sub(1)) {
                cost = cost.min(cell(&above, at) + 1);
            }
            next.push(cost);
            left_cost = cost;
            previous_right = Some(r);
        }
        above = std::mem::replace(&mut row, next);
        previous_left = Some(l);
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests;
