//! As much of PromQL as the rules need: selectors with their metric names, and which function a range stands in.
//! It is no parser: what Prometheus refuses is found by Prometheus.

/// A `name{matchers}`, with or without a range behind it.
#[derive(Debug, PartialEq)]
pub(crate) struct Selector<'a> {
    pub(crate) name: &'a str,
    pub(crate) matchers: &'a str,
    /// What stands in square brackets behind it.
    pub(crate) range: Option<&'a str>,
    /// The word before the parenthesis in which it stands, if it stands first there.
    pub(crate) function: &'a str,
}

/// Every selector with braces, in order. Braces in strings do not occur in ours.
pub(crate) fn selectors(expr: &str) -> Vec<Selector<'_>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(open) = expr[from..].find('{').map(|at| from + at) {
        // `${percentile}` is part of a name.
        if expr[..open].ends_with('$') {
            from = expr[open..]
                .find('}')
                .map_or(expr.len(), |at| open + at + 1);
            continue;
        }
        let close = expr[open..].find('}').map_or(expr.len(), |at| open + at);
        let (function, name) = before(&expr[..open]);
        let behind = &expr[(close + 1).min(expr.len())..];
        let range = behind
            .strip_prefix('[')
            .and_then(|range| range.split(']').next());
        found.push(Selector {
            name,
            matchers: &expr[(open + 1).min(close)..close],
            range,
            function,
        });
        from = (close + 1).min(expr.len());
    }
    found
}

/// The metric name at the end of `text`, and the function whose parenthesis opens before it.
fn before(text: &str) -> (&str, &str) {
    let of_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '$' | '{' | '}');
    let start = text
        .char_indices()
        .rev()
        .take_while(|(_, c)| of_name(*c))
        .last()
        .map_or(text.len(), |(at, _)| at);
    let function = text[..start].strip_suffix('(').map_or("", |head| {
        let word = head
            .char_indices()
            .rev()
            .take_while(|(_, c)| c.is_alphanumeric() || *c == '_')
            .last();
        word.map_or("", |(at, _)| &head[at..])
    });
    (function, &text[start..])
}

/// The labels that a legend names in double braces.
pub(crate) fn legend_labels(legend: &str) -> Vec<&str> {
    let parts = legend.split("{{").skip(1);
    parts
        .filter_map(|part| part.split("}}").next())
        .map(str::trim)
        .collect()
}
