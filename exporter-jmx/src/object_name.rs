//! JMX's ObjectName as a pattern: `kafka.server:type=BrokerTopicMetrics,*`, `*:name=Bytes??PerSec,topic="a\*b"`.
//!
//! In the domain, and in values of properties, `*` stands for any characters and `?` for one; a list that
//! ends in `*` leaves further properties open. The order of properties does not matter.

use crate::source::Bean;

/// A pattern; a plain name matches itself alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectNamePattern {
    domain: String,
    properties: Vec<(String, Value)>,
    is_open: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    Exactly(String),
    /// `*` and `?` have their meaning; quoted ones are escaped by a backslash.
    Pattern {
        text: String,
        quoted: bool,
    },
}

/// Why a text is no ObjectName.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{text}\" is no ObjectName: {problem}")]
pub struct ObjectNameError {
    text: String,
    problem: &'static str,
}

impl ObjectNamePattern {
    /// Parses JMX's text form.
    ///
    /// # Errors
    /// It is none: no colon, no property, a property twice, a quotation without end.
    pub fn parse(text: &str) -> Result<Self, ObjectNameError> {
        let failed = |problem| ObjectNameError {
            text: text.to_owned(),
            problem,
        };
        // The empty name is every name in JMX.
        let whole = if text.is_empty() { "*:*" } else { text };
        let Some((domain, mut list)) = whole.split_once(':') else {
            return Err(failed("the colon behind the domain is missing"));
        };
        let mut pattern = Self {
            domain: domain.to_owned(),
            properties: Vec::new(),
            is_open: false,
        };
        loop {
            if list == "*" || list.starts_with("*,") {
                pattern.is_open = true;
                list = list.trim_start_matches('*');
            } else {
                let (key, rest) = list
                    .split_once('=')
                    .ok_or_else(|| failed("a property is key=value, and the last may be *"))?;
                if key.is_empty() || key.contains([',', ':', '*', '?', '\n']) {
                    return Err(failed("a key is empty or holds one of , : * ?"));
                }
                if pattern.properties.iter().any(|(other, _)| other == key) {
                    return Err(failed("a key is there twice"));
                }
                let end = value_end(rest).ok_or_else(|| failed("a quotation does not end"))?;
                let (value, rest) = rest.split_at(end);
                pattern.properties.push((key.to_owned(), Value::new(value)));
                list = rest;
            }
            match list.strip_prefix(',') {
                Some(rest) => list = rest,
                None if list.is_empty() => return Ok(pattern),
                None => return Err(failed("a comma belongs between properties")),
            }
        }
    }

    /// Whether it matches.
    pub fn matches(&self, bean: &Bean) -> bool {
        if !wildcard(&self.domain, bean.domain()) {
            return false;
        }
        if !self.is_open && bean.properties().count() != self.properties.len() {
            return false;
        }
        self.properties.iter().all(|(key, value)| {
            let mut properties = bean.properties();
            properties.any(|(name, found)| name == key && value.matches(found))
        })
    }
}

impl Value {
    fn new(text: &str) -> Self {
        let quoted = text.starts_with('"');
        if is_pattern(text, quoted) {
            let text = text.to_owned();
            return Self::Pattern { text, quoted };
        }
        Self::Exactly(text.to_owned())
    }

    fn matches(&self, value: &str) -> bool {
        match self {
            Self::Exactly(text) => text == value,
            Self::Pattern {
                text,
                quoted: false,
            } => wildcard(text, value),
            Self::Pattern { text, quoted: true } => quoted_wildcard(text, value),
        }
    }
}

/// Where a property's value ends; `None` where its quotation does not.
fn value_end(text: &str) -> Option<usize> {
    if !text.starts_with('"') {
        return Some(text.find(',').unwrap_or(text.len()));
    }
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Whether `*` or `?` stands in it without a backslash.
fn is_pattern(text: &str, quoted: bool) -> bool {
    let mut escaped = false;
    text.chars().any(|c| {
        let counts = !escaped && (c == '*' || c == '?');
        escaped = quoted && c == '\\' && !escaped;
        counts
    })
}

/// Matches quotations with each other: what is escaped in both is one character.
fn quoted_wildcard(pattern: &str, value: &str) -> bool {
    let symbols = |text: &str| {
        let mut symbols = Vec::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            let escaped = if c == '\\' { chars.next() } else { None };
            symbols.push((escaped.unwrap_or(c), escaped.is_some()));
        }
        symbols
    };
    let is = |(c, escaped): &(char, bool), wanted: char| *c == wanted && !escaped;
    search(
        &symbols(pattern),
        &symbols(value),
        |symbol| is(symbol, '*'),
        |symbol| is(symbol, '?'),
    )
}

fn wildcard(pattern: &str, text: &str) -> bool {
    if !pattern.contains(['*', '?']) {
        return pattern == text;
    }
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    search(&pattern, &text, |c| *c == '*', |c| *c == '?')
}

/// In time of the product of both lengths at most: what follows the last `*` is moved on when it fails.
fn search<T: PartialEq>(
    pattern: &[T],
    text: &[T],
    is_any: impl Fn(&T) -> bool,
    is_one: impl Fn(&T) -> bool,
) -> bool {
    let (mut at, mut in_text) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while in_text < text.len() {
        match pattern.get(at) {
            Some(symbol) if is_any(symbol) => {
                back = Some((at + 1, in_text));
                at += 1;
            }
            Some(symbol) if is_one(symbol) || text.get(in_text) == Some(symbol) => {
                at += 1;
                in_text += 1;
            }
            _ => {
                let Some((after, from)) = back else {
                    return false;
                };
                back = Some((after, from + 1));
                at = after;
                in_text = from + 1;
            }
        }
    }
    pattern.iter().skip(at).all(is_any)
}

#[cfg(test)]
mod tests {
    use super::ObjectNamePattern;
    use crate::source::Bean;

    #[test]
    fn patterns_match_as_in_jmx() {
        let beans = [
            "kafka.server:type=BrokerTopicMetrics,name=BytesInPerSec",
            "kafka.server:type=BrokerTopicMetrics,name=BytesInPerSec,topic=orders",
            "kafka.log:type=Log,name=Size,topic=orders,partition=0",
            r#"kafka.server:type=Fetch,client-id="a\*b,c""#,
        ];
        // A pattern and the beans that it matches.
        let cases: &[(&str, &[usize])] = &[
            ("", &[0, 1, 2, 3]),
            ("*:*", &[0, 1, 2, 3]),
            ("kafka.server:*", &[0, 1, 3]),
            ("kafka.s*r:*", &[0, 1, 3]),
            ("kafka.lo?:*", &[2]),
            ("kafka.server:type=BrokerTopicMetrics,*", &[0, 1]),
            (
                "kafka.server:name=BytesInPerSec,type=BrokerTopicMetrics",
                &[0],
            ),
            ("kafka.server:name=Bytes??PerSec,type=*", &[0]),
            ("*:*,topic=orders", &[1, 2]),
            (
                "kafka.log:type=Log,name=Size,topic=orders,partition=0",
                &[2],
            ),
            ("kafka.log:type=Log,*", &[2]),
            ("kafka.log:type=Log", &[]),
            (r#"kafka.server:type=Fetch,client-id="a\*b,c""#, &[3]),
            (r#"kafka.server:type=Fetch,client-id="a*c""#, &[3]),
            (r#"kafka.server:type=Fetch,client-id="a\?b,c""#, &[]),
        ];
        for (pattern, expected) in cases {
            let parsed = ObjectNamePattern::parse(pattern).unwrap();
            let found: Vec<_> = (0..beans.len())
                .filter(|&index| parsed.matches(&Bean::new(beans[index])))
                .collect();
            assert_eq!(found, *expected, "{pattern}");
        }
        for wrong in [
            "kafka",
            "d:",
            "d:a",
            "d:=1",
            "d:a=1,a=2",
            "d:a=\"x",
            "d:a=1,",
            "d:*x",
        ] {
            assert!(ObjectNamePattern::parse(wrong).is_err(), "{wrong}");
        }
    }
}
