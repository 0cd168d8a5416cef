//! What chips and their files are called.
//!
//! The number of a chip (`hwmon3`) is the order in which drivers came, so it is named after its
//! device, which stays: `platform_coretemp_0`.

use std::collections::HashMap;
use std::fs::canonicalize;
use std::path::Path;

use super::super::attribute::trimmed;
use crate::file::{ATTRIBUTE_BYTES_MAX, read_once};

/// A directory of `/sys/class/hwmon`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chip {
    pub(super) directory: String,
    /// The value of the label `chip`.
    pub(super) label: String,
    /// The value of the label `chip_name`; empty where there is none.
    pub(super) human_name: String,
}

/// The chips of those directories, each with a label of its own. Two that hang on one device are
/// told apart by what their `name` files say, or else by their directories.
pub(super) fn chips(root: &Path, directories: &[String]) -> Vec<Chip> {
    let mut found = Vec::new();
    let mut of_label: HashMap<String, u32> = HashMap::new();
    let mut of_name: HashMap<(String, String), u32> = HashMap::new();
    for directory in directories {
        let path = root.join(directory);
        if !path.is_dir() {
            continue;
        }
        let raw = read_once(&path.join("name"), ATTRIBUTE_BYTES_MAX).unwrap_or_default();
        let name = trimmed(&raw).into_owned();
        let Some(label) = label_of(&path, &name) else {
            continue;
        };
        *of_label.entry(label.clone()).or_default() += 1;
        *of_name.entry((label.clone(), name.clone())).or_default() += 1;
        found.push((directory, label, name));
    }
    let chips = found.into_iter().map(|(directory, base, name)| {
        let human_name = clean(&name);
        let is_shared = of_label.get(&base).is_some_and(|count| *count > 1);
        let key = (base, name);
        let is_name_shared = of_name.get(&key).is_some_and(|count| *count > 1);
        let base = key.0;
        let label = match is_shared {
            false => base,
            true if human_name.is_empty() || is_name_shared => {
                format!("{base}_{}", clean(directory))
            }
            true => format!("{base}_{human_name}"),
        };
        Chip {
            directory: directory.clone(),
            label,
            human_name,
        }
    });
    chips.collect()
}

/// After the device and what it hangs on; or after the chip's name; or after its directory.
fn label_of(path: &Path, name: &str) -> Option<String> {
    let last = |path: &Path| {
        let name = path.file_name().map(|name| clean(&name.to_string_lossy()));
        name.unwrap_or_default()
    };
    if let Ok(device) = canonicalize(path.join("device")) {
        let kind = device.parent().map(last).unwrap_or_default();
        match (kind.as_str(), last(&device).as_str()) {
            (_, "") => {}
            ("", device) => return Some(device.to_owned()),
            (kind, device) => return Some(format!("{kind}_{device}")),
        }
    }
    let name = match clean(name) {
        name if name.is_empty() => last(&canonicalize(path).ok()?),
        name => name,
    };
    (!name.is_empty()).then_some(name)
}

/// In small letters; what is none, nor digit, colon or underscore becomes an underscore, and there
/// is none at the ends.
pub(super) fn clean(name: &str) -> String {
    let lower = name.to_lowercase();
    let replaced = lower.replace(
        |c: char| !matches!(c, 'a'..='z' | '0'..='9' | ':' | '_'),
        "_",
    );
    replaced.trim_matches('_').to_owned()
}

/// `temp1_crit_alarm` is type `temp`, number 1, element `crit_alarm`. A file without a number has
/// number 0, one without an underscore the empty element.
pub(super) fn split(file: &str) -> Option<(&str, u32, &str)> {
    let digits = file.find(|c: char| c.is_ascii_digit());
    let Some(at) = digits.filter(|at| *at > 0) else {
        return match digits {
            Some(_) => None,
            None if file.is_empty() => None,
            // Upstream's pattern takes as much as it can for the type.
            None => Some((file, 0, "")),
        };
    };
    let (kind, rest) = file.split_at(at);
    let end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    let (number, rest) = rest.split_at(end);
    match rest.strip_prefix('_') {
        Some(element) if !element.is_empty() => Some((kind, number.parse().ok()?, element)),
        None if rest.is_empty() => Some((kind, number.parse().ok()?, "")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{clean, split};

    #[test]
    fn files_are_type_number_and_element() {
        let cases = [
            ("temp1_input", Some(("temp", 1, "input"))),
            ("temp12_crit_alarm", Some(("temp", 12, "crit_alarm"))),
            ("pwm1", Some(("pwm", 1, ""))),
            ("beep_enable", Some(("beep_enable", 0, ""))),
            ("update_interval", Some(("update_interval", 0, ""))),
            ("name", Some(("name", 0, ""))),
            ("1_input", None),
            ("temp1", Some(("temp", 1, ""))),
            ("temp1_", None),
            ("temp1x_input", None),
            ("temp99999999999_input", None),
            ("", None),
        ];
        for (file, expected) in cases {
            assert_eq!(split(file), expected, "{file}");
        }
    }

    #[test]
    fn names_become_label_values() {
        let cases = [
            ("coretemp.0", "coretemp_0"),
            ("0000:01:00.0", "0000:01:00_0"),
            ("-ACPI- ", "acpi"),
            ("\u{fffd}", ""),
        ];
        for (name, expected) in cases {
            assert_eq!(clean(name), expected, "{name}");
        }
    }
}
