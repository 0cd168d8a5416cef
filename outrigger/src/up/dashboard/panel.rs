//! What a panel is: a title, a unit, and what it asks of which exporter.

/// A panel of the page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Panel {
    /// Names it in the page's address and in tests.
    pub(super) id: &'static str,
    pub(super) section: &'static str,
    pub(super) title: &'static str,
    pub(super) unit: Unit,
    pub(super) shape: Shape,
    /// One sentence for whoever does not know the figure.
    pub(super) about: &'static str,
    /// What it says while it has nothing to show, where that is not a matter of course.
    pub(super) empty: &'static str,
    pub(super) lines: &'static [Line],
    /// How many of the largest series are shown.
    pub(super) top: usize,
    pub(super) limit: Option<Limit>,
}

/// How it is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// The last value, large, and a small line.
    Tile,
    Lines,
    /// Areas on top of each other, which make a whole.
    Stack,
}

/// What the values are in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Count,
    PerSecond,
    Bytes,
    BytesPerSecond,
    Milliseconds,
    Seconds,
    /// 0 to 100.
    Percent,
}

/// From where a value is worth looking at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    pub(super) warn: f64,
    pub(super) bad: f64,
    pub(super) side: Side,
}

/// Which side of a limit is the wrong one; the limit itself is on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Above,
    Below,
}

/// One figure, or one for each value of a label.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    /// What it is called; `{}` becomes the label's value.
    pub(super) name: &'static str,
    pub(super) ask: Ask,
    /// What it is multiplied with to be in the panel's unit.
    pub(super) scale: f64,
}

/// What is made of samples.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ask {
    /// Their sum.
    Sum(Select),
    /// The largest.
    Max(Select),
    /// The growth of counters per second, added up.
    Rate(Select),
    /// The growth of some counters in that of others.
    RateShare(Select, Select),
    /// What the sum of some leaves of that of others.
    Rest(Select, Select),
}

/// Samples of one family.
#[derive(Clone, Copy, Debug)]
pub(super) struct Select {
    pub(super) source: Source,
    pub(super) family: &'static str,
    pub(super) with: [(&'static str, Test); TESTS],
    /// One group for each value of this label; empty: one for all.
    pub(super) by: &'static str,
}

/// How many labels a select can look at.
pub(super) const TESTS: usize = 3;

/// What a label must be like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Test {
    Any,
    Is(&'static str),
    /// It is there and none of these.
    Not(&'static [&'static str]),
    /// It is there.
    Has,
    Lacks,
}

/// Who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Source {
    /// exporter-jmx.
    Jmx,
    /// exporter-node.
    Node,
    /// `/metrics` of each process's admin server; the label `process` says whose.
    Processes,
}

impl Source {
    /// As people know it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Jmx => "exporter-jmx",
            Self::Node => "exporter-node",
            Self::Processes => "the processes' own metrics",
        }
    }
}

impl Unit {
    /// As the page's script knows it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::PerSecond => "per_second",
            Self::Bytes => "bytes",
            Self::BytesPerSecond => "bytes_per_second",
            Self::Milliseconds => "milliseconds",
            Self::Seconds => "seconds",
            Self::Percent => "percent",
        }
    }
}

impl Shape {
    /// As the page's script knows it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Tile => "tile",
            Self::Lines => "lines",
            Self::Stack => "stack",
        }
    }
}

impl Select {
    /// As a query of Prometheus would write it.
    fn text(&self) -> String {
        let tests = self.with.iter().filter_map(|(label, test)| match test {
            Test::Any => None,
            Test::Is(value) => Some(format!("{label}=\"{value}\"")),
            Test::Not(values) => Some(format!("{label}!~\"{}\"", values.join("|"))),
            Test::Has => Some(format!("{label}!=\"\"")),
            Test::Lacks => Some(format!("{label}=\"\"")),
        });
        let tests: Vec<_> = tests.collect();
        match tests.as_slice() {
            [] => self.family.to_owned(),
            tests => format!("{}{{{}}}", self.family, tests.join(",")),
        }
    }

    fn by(&self) -> String {
        match self.by {
            "" => String::new(),
            by => format!(" by ({by})"),
        }
    }
}

impl Ask {
    /// The samples it needs.
    pub(super) fn selects(&self) -> Vec<&Select> {
        match self {
            Self::Sum(of) | Self::Max(of) | Self::Rate(of) => vec![of],
            Self::RateShare(of, all) | Self::Rest(of, all) => vec![of, all],
        }
    }

    /// For people who want to ask the same of a Prometheus of their own.
    pub(super) fn text(&self) -> String {
        let rate = |of: &Select| format!("sum{} (rate({}[1m]))", of.by(), of.text());
        let sum = |of: &Select| format!("sum{} ({})", of.by(), of.text());
        match self {
            Self::Sum(of) => sum(of),
            Self::Max(of) => format!("max{} ({})", of.by(), of.text()),
            Self::Rate(of) => rate(of),
            Self::RateShare(of, all) => format!("{} / scalar({})", rate(of), rate(all)),
            Self::Rest(of, all) => format!("1 - {} / {}", sum(of), sum(all)),
        }
    }
}
