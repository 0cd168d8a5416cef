//! jmx_exporter's configuration: which beans are taken, and what each of their attributes becomes.
//!
//! The rules of one file as a value. A rule is tried where its pattern is found in
//! `domain<key=value, key=value><composite keys>attribute: value`; the first one that matches counts, and where
//! none does the attribute is dropped. What has been found out once holds until names change,
//! but for what looks at values: see [`Outcome::reads_value`].

mod evaluation;
mod file;
pub mod java_regex;
pub mod names;
pub mod template;
#[cfg(test)]
mod tests;

use exposition::Kind;
use regex::Regex;

use crate::object_name::ObjectNamePattern;
use crate::source::Bean;
use template::Template;

pub use evaluation::{Evaluation, Outcome, Series, Value};
pub use file::RulesError;

/// What a file says.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    pub(crate) lowercase_names: bool,
    pub(crate) lowercase_labels: bool,
    pub(crate) infer_counters: bool,
    /// `startDelaySeconds`.
    pub start_delay_seconds: u64,
    includes: Option<Vec<ObjectNamePattern>>,
    excludes: Vec<ObjectNamePattern>,
    include_attributes: Vec<(ObjectNamePattern, Vec<String>)>,
    exclude_attributes: Vec<(ObjectNamePattern, Vec<String>)>,
    customizers: Vec<Customizer>,
    rules: Vec<Rule>,
}

/// One of `rules`.
#[derive(Clone, Debug, Default)]
struct Rule {
    pattern: Option<Pattern>,
    name: Option<Template>,
    value: Option<Template>,
    value_factor: Option<f64>,
    help: Option<Template>,
    /// In the order of their names, as jmx_exporter has them.
    labels: Vec<(Template, Template)>,
    kind: Option<Kind>,
    caches: bool,
    snake_case: bool,
}

/// A pattern twice: alone, to be told quickly that it is nowhere, and as jmx_exporter compiles it.
#[derive(Clone, Debug)]
struct Pattern {
    probe: Regex,
    whole: Regex,
    reads_value: bool,
    /// What must be found before a value, where that is known and values are looked at.
    stem: Option<Regex>,
}

/// One of `metricCustomizers`.
#[derive(Clone, Debug)]
struct Customizer {
    domain: String,
    properties: Vec<(String, String)>,
    attributes_as_labels: Vec<String>,
    extra_metrics: Vec<ExtraMetric>,
}

/// A metric that beans have besides their attributes.
#[derive(Clone, Debug)]
struct ExtraMetric {
    attribute: crate::source::Attribute,
    value: f64,
}

impl Rules {
    /// Those of a file without `rules`: everything, in the default format.
    pub fn default_format() -> Self {
        Self {
            rules: vec![Rule::default()],
            ..Self::default()
        }
    }

    /// Whether anything of this bean is wanted.
    pub fn takes(&self, bean: &Bean) -> bool {
        let among = |patterns: &[ObjectNamePattern]| patterns.iter().any(|p| p.matches(bean));
        self.includes.as_deref().is_none_or(among) && !among(&self.excludes)
    }

    /// Whether this attribute of a bean that is taken is wanted.
    pub fn takes_attribute(&self, bean: &Bean, attribute: &str) -> bool {
        let listed = |list: &[(ObjectNamePattern, Vec<String>)]| {
            list.iter().any(|(pattern, names)| {
                names.iter().any(|name| name == attribute) && pattern.matches(bean)
            })
        };
        !listed(&self.exclude_attributes)
            && (self.include_attributes.is_empty() || listed(&self.include_attributes))
    }

    /// These rules, without what these patterns match.
    #[must_use]
    pub fn without(mut self, patterns: &[ObjectNamePattern]) -> Self {
        self.excludes.extend_from_slice(patterns);
        self
    }

    fn customizer(&self, bean: &Bean) -> Option<&Customizer> {
        self.customizers.iter().find(|customizer| {
            let has = |(key, value): &(String, String)| bean.property(key) == Some(value);
            customizer.domain == bean.domain() && customizer.properties.iter().all(has)
        })
    }
}
