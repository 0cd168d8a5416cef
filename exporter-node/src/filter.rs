//! Which devices, mounts or units a collector tells of: those that one pattern names, or those that
//! another does not.

use regex::Regex;
use service::flags::{Flag, Values};

/// A choice among names.
#[derive(Clone, Debug, Default)]
pub struct DeviceFilter {
    include: Option<Regex>,
    exclude: Option<Regex>,
}

impl DeviceFilter {
    /// From a pair of flags that exclude each other. The default of `exclude` does not count where
    /// somebody gives `include`.
    pub fn read(values: &mut Values, include: &Flag, exclude: &Flag) -> Self {
        let both = values.given(include) && values.given(exclude);
        let included = values.optional(include);
        let excluded = values.optional(exclude);
        if both && included.is_some() && excluded.is_some() {
            let message = format!(
                "{} and {} are mutually exclusive",
                include.name, exclude.name
            );
            values.problem(include, message);
            return Self::default();
        }
        match included {
            Some(_) => Self {
                include: pattern(values, include),
                exclude: None,
            },
            None => Self {
                include: None,
                exclude: pattern(values, exclude),
            },
        }
    }

    /// From patterns that are known to be some.
    #[cfg(test)]
    pub fn of(include: Option<&str>, exclude: Option<&str>) -> Self {
        let regex = |text: &str| Regex::new(text).unwrap();
        Self {
            include: include.map(regex),
            exclude: exclude.map(regex),
        }
    }

    /// Whether `name` is left out.
    pub fn ignores(&self, name: &str) -> bool {
        let excluded = self.exclude.as_ref().is_some_and(|p| p.is_match(name));
        let included = self.include.as_ref().is_none_or(|p| p.is_match(name));
        excluded || !included
    }
}

/// The pattern of a flag; `None` where it is empty, or wrong, which is then noted.
pub fn pattern(values: &mut Values, flag: &Flag) -> Option<Regex> {
    let text = values.optional(flag)?;
    match Regex::new(&text) {
        Ok(regex) => Some(regex),
        Err(error) => {
            values.problem(flag, format!("\"{text}\" is no pattern: {error}"));
            None
        }
    }
}
