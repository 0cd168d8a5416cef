//! The YAML of jmx_exporter, old and new names of keys alike. Everything that is wrong is told at once, each with
//! its path; what belongs to a JVM, or to another flag of this process, is refused by name.

mod node;

use exposition::Kind;
use regex::Regex;

use super::java_regex::translate;
use super::template::Template;
use super::{Customizer, ExtraMetric, Pattern, Rule, Rules};
use crate::object_name::ObjectNamePattern;
use crate::source::{Attribute, AttributeKind};
use node::{Node, Problems};

/// Rules of one file; people have some hundreds.
const RULES_MAX: usize = 5_000;
/// A compiled pattern; the largest of those published takes a hundredth.
const PATTERN_BYTES_MAX: usize = 4 << 20;

/// Everything that is wrong with a file, one sentence each.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct RulesError(pub Vec<String>);

/// Keys that jmx_exporter has and this exporter does not, and why.
const REFUSED: &[(&str, &str)] = &[
    ("hostPort", JMX),
    ("jmxUrl", JMX),
    ("username", JMX),
    ("password", JMX),
    (
        "httpServer",
        "the listener is set by --web.listen-address and --web.config.file",
    ),
    (
        "openTelemetry",
        "the OTLP endpoint is set by the flags --outrigger.otlp.*",
    ),
    (
        "collectorNameFilter",
        "what is shown is chosen by ?name[]= of a scrape",
    ),
];
const JMX: &str = "no JVM is asked over RMI here; name what to read by --source";

/// Keys with a meaning, for the suggestion beside an unknown one.
const KEYS: &[&str] = &[
    "startDelaySeconds",
    "lowercaseOutputName",
    "lowercaseOutputLabelNames",
    "inferCounterTypeFromName",
    "includeObjectNames",
    "whitelistObjectNames",
    "excludeObjectNames",
    "blacklistObjectNames",
    "includeObjectNameAttributes",
    "excludeObjectNameAttributes",
    "autoExcludeObjectNameAttributes",
    "excludeJvmMetrics",
    "metricCustomizers",
    "rules",
    // What is found out once is always kept.
    "cacheRules",
    "ssl",
];
const RULE_KEYS: &[&str] = &[
    "pattern",
    "name",
    "value",
    "valueFactor",
    "labels",
    "help",
    "type",
    "cache",
    "attrNameSnakeCase",
];

/// What `excludeJvmMetrics` leaves out.
const JVM: &[&str] = &[
    "com.sun.management:*",
    "com.sun.management.jmxremote:*",
    "java.lang:*",
    "java.nio:*",
    "java.util.logging:*",
    "javax.management:*",
    "javax.management.remote:*",
    "jdk.internal:*",
    "jdk.management:*",
    "jdk.management.jfr:*",
    "sun.management:*",
];

impl Rules {
    /// Reads the text of a file; an empty one is `{}`.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(yaml: &str) -> Result<Self, RulesError> {
        let mut problems = Problems::default();
        let rules = match node::read(yaml) {
            Ok(tree) => read(&Node::root(&tree), &mut problems),
            Err(problem) => {
                problems.add("", problem);
                Self::default()
            }
        };
        problems.into_result(rules)
    }
}

fn read(root: &Node<'_>, problems: &mut Problems) -> Rules {
    for (key, node) in root.entries(problems) {
        if let Some((_, why)) = REFUSED.iter().find(|(refused, _)| *refused == key) {
            problems.add(&node.path, format!("is not supported: {why}"));
        } else if !KEYS.contains(&key) {
            problems.add(&node.path, node::unknown(key, KEYS));
        }
    }
    // Files of the standalone exporter have it, mostly to say no.
    if let Some(ssl) = root
        .get("ssl")
        .filter(|ssl| ssl.as_boolean() != Some(false))
    {
        problems.add(&ssl.path, format!("is not supported: {JMX}"));
    }
    let either = |new: &str, old: &str| root.get(new).or_else(|| root.get(old));
    let includes = either("includeObjectNames", "whitelistObjectNames");
    let excludes = either("excludeObjectNames", "blacklistObjectNames");
    let mut excludes = excludes.map_or_else(Vec::new, |node| object_names(&node, problems));
    if flag(root, "excludeJvmMetrics", problems) {
        let patterns = JVM.iter().map(|text| ObjectNamePattern::parse(text));
        excludes.extend(patterns.filter_map(Result::ok));
    }
    // Here every attribute has a type that can be shown; the key is read for its type alone.
    flag(root, "autoExcludeObjectNameAttributes", problems);
    Rules {
        lowercase_names: flag(root, "lowercaseOutputName", problems),
        lowercase_labels: flag(root, "lowercaseOutputLabelNames", problems),
        infer_counters: flag(root, "inferCounterTypeFromName", problems),
        start_delay_seconds: start_delay(root, problems),
        includes: includes.map(|node| object_names(&node, problems)),
        excludes,
        include_attributes: attributes(root, "includeObjectNameAttributes", problems),
        exclude_attributes: attributes(root, "excludeObjectNameAttributes", problems),
        customizers: customizers(root, problems),
        rules: rules(root, problems),
    }
}

fn flag(node: &Node<'_>, key: &str, problems: &mut Problems) -> bool {
    let found = node.get(key);
    found.is_some_and(|node| node.boolean(problems).unwrap_or(false))
}

fn start_delay(root: &Node<'_>, problems: &mut Problems) -> u64 {
    let Some(node) = root.get("startDelaySeconds") else {
        return 0;
    };
    node.whole_number().unwrap_or_else(|| {
        problems.add(&node.path, "must be a number of seconds, 0 or more");
        0
    })
}

fn object_name(text: &str, path: &str, problems: &mut Problems) -> Option<ObjectNamePattern> {
    let parsed = ObjectNamePattern::parse(text);
    parsed.map_err(|error| problems.add(path, error)).ok()
}

fn object_names(node: &Node<'_>, problems: &mut Problems) -> Vec<ObjectNamePattern> {
    let items = node.items(problems);
    let mut patterns = Vec::new();
    for item in items {
        if let Some(text) = item.text(problems) {
            patterns.extend(object_name(&text, &item.path, problems));
        }
    }
    patterns
}

fn attributes(
    root: &Node<'_>,
    key: &str,
    problems: &mut Problems,
) -> Vec<(ObjectNamePattern, Vec<String>)> {
    let Some(node) = root.get(key) else {
        return Vec::new();
    };
    let mut list = Vec::new();
    for (name, names) in node.entries(problems) {
        let pattern = object_name(name, &names.path, problems);
        let names = names.texts(problems);
        list.extend(pattern.map(|pattern| (pattern, names)));
    }
    list
}

fn customizers(root: &Node<'_>, problems: &mut Problems) -> Vec<Customizer> {
    let Some(node) = root.get("metricCustomizers") else {
        return Vec::new();
    };
    let items = node.items(problems);
    let read = items.iter().filter_map(|item| customizer(item, problems));
    read.collect()
}

fn customizer(node: &Node<'_>, problems: &mut Problems) -> Option<Customizer> {
    node.only(
        &["mbeanFilter", "attributesAsLabels", "extraMetrics"],
        problems,
    );
    let Some(filter) = node.get("mbeanFilter") else {
        problems.add(&node.path, "mbeanFilter is missing");
        return None;
    };
    filter.only(&["domain", "properties"], problems);
    let Some(domain) = filter.get("domain").and_then(|node| node.text(problems)) else {
        problems.add(&filter.path, "domain is missing");
        return None;
    };
    let mut properties = Vec::new();
    if let Some(list) = filter.get("properties") {
        for (key, value) in list.entries(problems) {
            properties.extend(value.text(problems).map(|value| (key.to_owned(), value)));
        }
    }
    let labels = node.get("attributesAsLabels");
    let extra = node.get("extraMetrics");
    if labels.is_none() && extra.is_none() {
        problems.add(
            &node.path,
            "neither attributesAsLabels nor extraMetrics is there",
        );
    }
    let mut extra_metrics = Vec::new();
    for item in extra.map_or_else(Vec::new, |node| node.items(problems)) {
        extra_metrics.extend(extra_metric(&item, problems));
    }
    Some(Customizer {
        domain,
        properties,
        attributes_as_labels: labels.map_or_else(Vec::new, |node| node.texts(problems)),
        extra_metrics,
    })
}

fn extra_metric(node: &Node<'_>, problems: &mut Problems) -> Option<ExtraMetric> {
    node.only(&["name", "value", "description"], problems);
    let name = node.get("name").and_then(|node| node.text(problems));
    let value = node.get("value");
    let (Some(name), Some(value)) = (name, value) else {
        problems.add(&node.path, "name or value is missing");
        return None;
    };
    let (kind, number) = match (value.as_boolean(), value.number()) {
        (Some(flag), _) => (AttributeKind::Flag, f64::from(u8::from(flag))),
        (None, Some(number)) => (AttributeKind::Real, number),
        (None, None) => {
            let text = value.text(problems)?;
            (AttributeKind::Text(text.into()), f64::NAN)
        }
    };
    let description = node.get("description");
    let description = description.and_then(|node| node.text(problems));
    let description = description.unwrap_or_else(|| name.clone());
    let attribute = Attribute::new(&name, &description, kind);
    Some(ExtraMetric {
        attribute,
        value: number,
    })
}

fn rules(root: &Node<'_>, problems: &mut Problems) -> Vec<Rule> {
    // Without the key there is one rule, which takes everything; an empty list takes nothing.
    let Some(node) = root.get("rules") else {
        return vec![Rule::default()];
    };
    let items = node.items(problems);
    if items.len() > RULES_MAX {
        problems.add(&node.path, format!("has more than {RULES_MAX} rules"));
        return Vec::new();
    }
    items.iter().map(|item| rule(item, problems)).collect()
}

fn rule(node: &Node<'_>, problems: &mut Problems) -> Rule {
    node.only(RULE_KEYS, problems);
    let given = node.get("pattern");
    let pattern = given.as_ref().and_then(|node| pattern(node, problems));
    if node.get("name").is_some() && given.is_none() {
        problems.add(&node.path, "name needs a pattern");
    }
    for key in ["labels", "help"] {
        if node.get(key).is_some() && node.get("name").is_none() {
            problems.add(&node.path, format!("{key} needs a name"));
        }
    }
    if node.get("value").is_some() && given.is_none() {
        problems.add(&node.path, "value needs a pattern");
    }
    let mut rule = Rule {
        kind: node.get("type").map(|node| kind(&node, problems)),
        caches: flag(node, "cache", problems),
        snake_case: flag(node, "attrNameSnakeCase", problems),
        ..Rule::default()
    };
    if let Some(factor) = node.get("valueFactor") {
        rule.value_factor = factor.number();
        if rule.value_factor.is_none() {
            problems.add(&factor.path, "must be a number");
        }
    }
    // Without a pattern that is one, nothing can be said of what refers to its groups.
    if let Some(pattern) = &pattern {
        rule.name = template(node.get("name"), &pattern.whole, problems);
        rule.value = template(node.get("value"), &pattern.whole, problems)
            .filter(|template| template.constant() != Some(""));
        rule.help = template(node.get("help"), &pattern.whole, problems);
        rule.labels = labels(node, &pattern.whole, problems);
    }
    rule.pattern = pattern;
    rule
}

fn labels(node: &Node<'_>, pattern: &Regex, problems: &mut Problems) -> Vec<(Template, Template)> {
    let Some(node) = node.get("labels") else {
        return Vec::new();
    };
    let mut labels = Vec::new();
    for (name, value) in node.entries(problems) {
        let path = value.path.clone();
        let parsed = Template::parse(name, pattern).map_err(|error| problems.add(&path, error));
        let value = template(Some(value), pattern, problems);
        labels.extend(parsed.ok().zip(value));
    }
    labels
}

fn template(node: Option<Node<'_>>, pattern: &Regex, problems: &mut Problems) -> Option<Template> {
    let node = node?;
    let text = node.text(problems)?;
    let parsed = Template::parse(&text, pattern);
    parsed.map_err(|error| problems.add(&node.path, error)).ok()
}

fn pattern(node: &Node<'_>, problems: &mut Problems) -> Option<Pattern> {
    let text = node.text(problems)?;
    let translated = translate(&text)
        .map_err(|error| problems.add(&node.path, error))
        .ok()?;
    let compile = |text: &str| {
        let mut builder = regex::RegexBuilder::new(text);
        builder.size_limit(PATTERN_BYTES_MAX).build()
    };
    let probe = compile(&translated.pattern);
    let whole = compile(&format!("^.*(?:{}).*$", translated.pattern));
    match (probe, whole) {
        (Ok(probe), Ok(whole)) => Some(Pattern {
            probe,
            whole,
            reads_value: translated.reads_value,
            stem: translated
                .stem
                .filter(|_| translated.reads_value)
                .and_then(|stem| compile(&stem).ok()),
        }),
        (Err(error), _) | (_, Err(error)) => {
            let text = error.to_string();
            let last = text.lines().last().unwrap_or_default();
            problems.add(
                &node.path,
                format!("\"{translated}\": {last}", translated = translated.pattern),
            );
            None
        }
    }
}

fn kind(node: &Node<'_>, problems: &mut Problems) -> Kind {
    match node.text(problems).as_deref() {
        Some("COUNTER") => Kind::Counter,
        Some("GAUGE") => Kind::Gauge,
        // jmx_exporter takes these words, and has no such samples either.
        Some("UNTYPED" | "UNKNOWN" | "SUMMARY" | "HISTOGRAM") => Kind::Untyped,
        Some(other) => {
            let message = format!("\"{other}\" is none of GAUGE, COUNTER, UNTYPED");
            problems.add(&node.path, message);
            Kind::Untyped
        }
        None => Kind::Untyped,
    }
}
