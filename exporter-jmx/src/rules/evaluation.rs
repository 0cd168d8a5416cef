//! One attribute of one bean, taken through the rules.

use std::fmt::Write as _;

use exposition::Kind;
use regex::Captures;

use super::names::{java_number, safe_name, snake_case};
use super::{Customizer, ExtraMetric, Rule, Rules};
use crate::source::{ABSENT_BITS, Attribute, AttributeKind, Bean};

/// What an attribute becomes.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Of the metric.
    pub name: String,
    /// `None` for a name that is known already.
    pub help: Option<String>,
    /// Of the metric.
    pub kind: Kind,
    /// In the order they are written.
    pub labels: Vec<(String, String)>,
    /// Where its value comes from.
    pub value: Value,
}

/// Where the value of a series comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// The attribute's, times this.
    Times(f64),
    /// The rule gives it.
    Fixed(f64),
}

/// A bean on its way through the rules.
#[derive(Debug)]
pub struct Evaluation<'a> {
    rules: &'a Rules,
    bean: &'a Bean,
    /// `domain<key=value, key=value>`.
    prefix: String,
    customizer: Option<&'a Customizer>,
    /// Labels that attributes of the bean give.
    labels: Vec<(String, String)>,
    labels_read_values: bool,
}

/// Texts that patterns are searched in, made when they are first wanted: with and without snake case, with and
/// without the value.
#[derive(Default)]
struct Texts([Option<String>; 4]);

impl Rules {
    /// Begins with a bean; `values` are those of its attributes.
    pub fn evaluate<'a>(&'a self, bean: &'a Bean, values: &[f64]) -> Evaluation<'a> {
        let customizer = self.customizer(bean);
        let mut evaluation = Evaluation {
            rules: self,
            bean,
            prefix: String::new(),
            customizer,
            labels: Vec::new(),
            labels_read_values: false,
        };
        if self.rules.iter().any(|rule| rule.pattern.is_some()) {
            evaluation.prefix = prefix(bean);
        }
        if let Some(customizer) = customizer {
            evaluation.attributes_as_labels(customizer, values);
        }
        evaluation
    }
}

impl<'a> Evaluation<'a> {
    fn attributes_as_labels(&mut self, customizer: &Customizer, values: &[f64]) {
        for wanted in &customizer.attributes_as_labels {
            let mut found = self.bean.attributes.iter().zip(values);
            let Some((attribute, value)) = found.find(|(attribute, _)| *attribute.name == **wanted)
            else {
                continue;
            };
            let mut text = String::new();
            if !write_value(&mut text, attribute, *value) {
                continue;
            }
            self.labels_read_values |= !matches!(attribute.kind, AttributeKind::Text(_));
            self.labels.push((self.label_name(wanted), text));
        }
    }

    /// Whether labels are values of the bean's attributes, so that other values become other series.
    pub fn labels_read_values(&self) -> bool {
        self.labels_read_values
    }

    /// What customizers add to the bean, each as if it were an attribute with that value.
    pub fn extra_metrics(&self) -> impl Iterator<Item = (&'a Attribute, f64)> + use<'a> {
        let extra: &[ExtraMetric] = self.customizer.map_or(&[], |found| &found.extra_metrics);
        extra.iter().map(|extra| (&extra.attribute, extra.value))
    }

    /// What an attribute becomes; `None` where it is dropped. `knows` says of which metrics no help is wanted.
    pub fn attribute(
        &self,
        attribute: &Attribute,
        value: f64,
        knows: impl Fn(&str) -> bool,
    ) -> Outcome {
        let mut texts = Texts::default();
        let mut reads_value = false;
        for rule in &self.rules.rules {
            let mut captures = None;
            if let Some(pattern) = &rule.pattern {
                let text = texts.of(self, attribute, value, rule);
                if pattern.reads_value && !rule.caches {
                    // Without its beginning no value makes it match.
                    let stem = pattern.stem.as_ref();
                    if stem.is_some_and(|stem| !stem.is_match(text)) {
                        continue;
                    }
                    reads_value = true;
                }
                if !pattern.probe.is_match(text) {
                    continue;
                }
                captures = pattern.whole.captures(text);
                if captures.is_none() {
                    continue;
                }
            }
            return Outcome {
                series: self.matched(rule, attribute, captures.as_ref(), &knows),
                reads_value,
            };
        }
        Outcome {
            series: None,
            reads_value,
        }
    }

    fn matched(
        &self,
        rule: &Rule,
        attribute: &Attribute,
        captures: Option<&Captures<'_>>,
        knows: impl Fn(&str) -> bool,
    ) -> Option<Series> {
        let factor = rule.value_factor.unwrap_or(1.0);
        let value = match (&rule.value, captures) {
            (Some(template), Some(captures)) => {
                Value::Fixed(java_double(&template.expand(captures))? * factor)
            }
            _ if matches!(attribute.kind, AttributeKind::Text(_)) => return None,
            _ if attribute.kind == AttributeKind::Flag => Value::Times(1.0),
            _ => Value::Times(factor),
        };
        let (mut name, labels) = match (&rule.name, captures) {
            (Some(name), Some(captures)) => {
                let name = safe_name(&name.expand(captures));
                if name.is_empty() {
                    return None;
                }
                (name, self.rule_labels(rule, captures))
            }
            _ => self.default_format(rule, attribute),
        };
        if self.rules.lowercase_names {
            name.make_ascii_lowercase();
        }
        let kind = if self.rules.infer_counters && name.ends_with("_total") {
            Kind::Counter
        } else {
            rule.kind.unwrap_or(Kind::Untyped)
        };
        let help = (!knows(&name)).then(|| match (&rule.help, captures) {
            (Some(help), Some(captures)) => help.expand(captures),
            _ => self.help(attribute),
        });
        Some(Series {
            name,
            help,
            kind,
            labels,
            value,
        })
    }

    /// `domain_type_key_attribute{the other properties}`.
    fn default_format(
        &self,
        rule: &Rule,
        attribute: &Attribute,
    ) -> (String, Vec<(String, String)>) {
        let mut properties = self.bean.properties();
        let mut name = String::with_capacity(96);
        name.push_str(self.bean.domain());
        if let Some((_, first)) = properties.next() {
            name.push('_');
            name.push_str(first);
        }
        for key in &attribute.path {
            name.push('_');
            name.push_str(key);
        }
        name.push('_');
        match rule.snake_case {
            true => name.push_str(&snake_case(&attribute.name)),
            false => name.push_str(&attribute.name),
        }
        let others = properties.map(|(key, value)| (self.label_name(key), value.to_owned()));
        let labels = others.chain(self.labels.iter().cloned()).collect();
        (safe_name(&name), distinct(labels))
    }

    /// Labels that come out empty are left out.
    fn rule_labels(&self, rule: &Rule, captures: &Captures<'_>) -> Vec<(String, String)> {
        let mut labels = self.labels.clone();
        for (name, value) in &rule.labels {
            let name = self.label_name(&name.expand(captures));
            let value = value.expand(captures);
            if !name.is_empty() && !value.is_empty() {
                labels.push((name, value));
            }
        }
        distinct(labels)
    }

    fn label_name(&self, name: &str) -> String {
        // A metric's name may hold a colon, a label's must not.
        let mut name = safe_name(name).replace(':', "_");
        if self.rules.lowercase_labels {
            name.make_ascii_lowercase();
        }
        name
    }

    /// As jmx_exporter 0.12 writes it.
    fn help(&self, attribute: &Attribute) -> String {
        let mut help = format!("{} (", attribute.description);
        push_prefix(&mut help, self.bean);
        push_keys(&mut help, attribute);
        help.push_str(&attribute.name);
        help.push(')');
        help
    }
}

/// Of labels with one name the first counts: a scraper takes no sample that has it twice.
fn distinct(mut labels: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut at = 1;
    while at < labels.len() {
        let (before, after) = labels.split_at(at);
        let is_known = after
            .first()
            .is_some_and(|(name, _)| before.iter().any(|(other, _)| other == name));
        if is_known {
            labels.remove(at);
        } else {
            at += 1;
        }
    }
    labels
}

/// What became of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// `None` where it is dropped.
    pub series: Option<Series>,
    /// Whether another value of the attribute may become another series: a rule that was tried looks at it.
    pub reads_value: bool,
}

impl Texts {
    fn of(
        &mut self,
        evaluation: &Evaluation<'_>,
        attribute: &Attribute,
        value: f64,
        rule: &Rule,
    ) -> &str {
        let index = usize::from(rule.snake_case) * 2 + usize::from(rule.caches);
        let [plain, cached, snake, snake_cached] = &mut self.0;
        let slot = match index {
            0 => plain,
            1 => cached,
            2 => snake,
            _ => snake_cached,
        };
        slot.get_or_insert_with(|| {
            let mut text = String::with_capacity(evaluation.prefix.len() + 64);
            text.push_str(&evaluation.prefix);
            push_keys(&mut text, attribute);
            match rule.snake_case {
                true => text.push_str(&snake_case(&attribute.name)),
                false => text.push_str(&attribute.name),
            }
            text.push_str(": ");
            // A rule that is cached must not depend on the first value.
            match rule.caches {
                true => text.push_str("<cache>"),
                false => drop(write_value(&mut text, attribute, value)),
            }
            text
        })
    }
}

/// Whether there is a value to write.
fn write_value(text: &mut String, attribute: &Attribute, value: f64) -> bool {
    match &attribute.kind {
        AttributeKind::Text(shown) => text.push_str(shown),
        _ if value.to_bits() == ABSENT_BITS => return false,
        AttributeKind::Flag => text.push_str(if value == 0.0 { "false" } else { "true" }),
        AttributeKind::Counter | AttributeKind::Whole => {
            text.push_str(&java_number(value, value.fract() == 0.0));
        }
        AttributeKind::Real => text.push_str(&java_number(value, false)),
    }
    true
}

fn prefix(bean: &Bean) -> String {
    let mut text = String::with_capacity(bean.name().len() + 16);
    push_prefix(&mut text, bean);
    text
}

fn push_prefix(text: &mut String, bean: &Bean) {
    text.push_str(bean.domain());
    let mut separator = "<";
    for (key, value) in bean.properties() {
        // Writing to a string cannot fail.
        let _ = write!(text, "{separator}{key}={value}");
        separator = ", ";
    }
    text.push_str(if separator == "<" { "<>" } else { ">" });
}

fn push_keys(text: &mut String, attribute: &Attribute) {
    text.push('<');
    text.push_str(&attribute.path.join(", "));
    text.push('>');
}

/// `Double.valueOf`.
fn java_double(text: &str) -> Option<f64> {
    let trimmed = text.trim();
    let bare = trimmed.trim_end_matches(['f', 'F', 'd', 'D']);
    let number = if bare.is_empty() || trimmed.ends_with("inf") {
        trimmed
    } else {
        bare
    };
    match number {
        "NaN" | "+NaN" | "-NaN" => Some(f64::NAN),
        "Infinity" | "+Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        text if text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) => {
            text.parse().ok()
        }
        _ => None,
    }
}
