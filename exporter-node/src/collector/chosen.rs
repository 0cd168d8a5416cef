//! Which of many fields are told, and under which names: a pattern over some hundred fields is
//! matched once, not at every scrape, as a file names the same fields in the same order each time.

use regex::Regex;

/// Fields that were looked at, in the order of the file.
#[derive(Debug, Default)]
pub(super) struct Chosen(Vec<Field>);

#[derive(Debug)]
struct Field {
    key: String,
    told: Option<Told>,
}

/// What a field is called where it is told.
#[derive(Debug)]
pub(super) struct Told {
    /// The family.
    pub name: String,
    /// Its help.
    pub help: String,
}

/// More fields than any file of the kernel has: those beyond are matched each time.
const FIELDS_MAX: usize = 4096;

impl Chosen {
    /// What the field `key`, which is the `index`-th, is told as: asked of `choose` where it is not
    /// the one that stood there before.
    pub fn field(
        &mut self,
        index: usize,
        key: &str,
        choose: impl FnOnce(&str) -> Option<Told>,
    ) -> Option<&Told> {
        let index = index.min(FIELDS_MAX).min(self.0.len());
        if self.0.get(index).is_none_or(|field| field.key != key) {
            let field = Field {
                key: key.to_owned(),
                told: choose(key),
            };
            self.0.truncate(index);
            self.0.push(field);
        }
        self.0.get(index)?.told.as_ref()
    }
}

/// Whether a field is wanted: one that is no part of a name cannot be told.
pub(super) fn is_wanted(pattern: Option<&Regex>, key: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    pattern.is_none_or(|pattern| pattern.is_match(key)) && key.chars().all(is_name)
}

#[cfg(test)]
mod tests {
    use super::{Chosen, FIELDS_MAX, Told};

    #[test]
    fn a_field_is_looked_at_once_until_another_stands_there() {
        let mut chosen = Chosen::default();
        let mut asked = Vec::new();
        for keys in [
            &["a", "b", "c"][..],
            &["a", "b", "c"],
            &["a", "x", "c"],
            &["a"],
            &["a", "x"],
        ] {
            for (index, key) in keys.iter().enumerate() {
                let told = chosen.field(index, key, |key| {
                    asked.push(key.to_owned());
                    (key != "b").then(|| Told {
                        name: format!("node_{key}"),
                        help: String::new(),
                    })
                });
                let name = told.map(|told| told.name.clone());
                assert_eq!(name, (*key != "b").then(|| format!("node_{key}")));
            }
        }
        assert_eq!(asked, ["a", "b", "c", "x", "c"]);
        for index in 0..FIELDS_MAX * 2 {
            chosen.field(index, &index.to_string(), |_| None);
        }
        assert!(chosen.0.len() <= FIELDS_MAX + 1);
    }
}
