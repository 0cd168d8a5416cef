//! What a dashboard is declared with: rows of panels, each a title, a sentence, a unit and its queries.
//!
//! In an expression `@` stands for the selector of the board's variables, so `{@,name="X"}` is one series set of what the viewer
//! chose. Nothing here knows Grafana's JSON; `model.rs` writes it.

/// A dashboard; its uid is its address and never changes.
pub(crate) struct Board {
    pub(crate) uid: &'static str,
    pub(crate) title: &'static str,
    pub(crate) about: &'static str,
    /// Which series the variables `cluster`, `job` and `instance` are read from.
    pub(crate) anchor: &'static str,
    /// Variables beyond those that every board has.
    pub(crate) variables: &'static [Variable],
    pub(crate) rows: &'static [Row],
}

/// A variable of one board.
#[derive(Clone, Copy)]
pub(crate) struct Variable {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) values: Values,
}

/// Where a variable's values come from.
#[derive(Clone, Copy)]
pub(crate) enum Values {
    /// The values of a label of a selector; several may be chosen, or all.
    Label {
        selector: &'static str,
        label: &'static str,
    },
    /// One of a fixed list; the first is the default.
    OneOf(&'static [&'static str]),
}

pub(crate) struct Row {
    pub(crate) title: &'static str,
    pub(crate) panels: &'static [Panel],
}

/// One panel. Built by `stat`, `graph`, `bars` or `table`, and refined by the functions below.
#[derive(Clone, Copy)]
pub(crate) struct Panel {
    pub(crate) title: &'static str,
    pub(crate) about: &'static str,
    pub(crate) unit: Unit,
    pub(crate) shape: Shape,
    /// Columns of Grafana's 24.
    pub(crate) width: u16,
    pub(crate) height: u16,
    pub(crate) queries: &'static [Query],
    pub(crate) levels: Levels,
    pub(crate) words: &'static [Word],
    pub(crate) min: Option<f64>,
    pub(crate) max: Option<f64>,
    pub(crate) decimals: Option<u8>,
}

#[derive(Clone, Copy)]
pub(crate) enum Shape {
    Stat,
    Graph {
        stacked: bool,
        /// Series whose legend matches are drawn below zero.
        mirrored: Option<&'static str>,
    },
    Bars,
    Table(&'static [Column]),
}

/// One query; `legend` may name labels in double braces.
#[derive(Clone, Copy)]
pub(crate) struct Query {
    pub(crate) expr: &'static str,
    pub(crate) legend: &'static str,
}

/// A column of a table: a label, or the value of the query with that legend, in the order shown. Labels not named are hidden.
#[derive(Clone, Copy)]
pub(crate) enum Column {
    Label(&'static str, &'static str),
    Value(&'static str, Unit),
    /// As `Value`, coloured by these levels.
    Judged(&'static str, Unit, Levels),
}

/// Colours from a value up: `(None, …)` is the base.
pub(crate) type Levels = &'static [(Option<f64>, Colour)];

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Colour {
    Blue,
    Green,
    Orange,
    Red,
}

/// A value shown as a word.
#[derive(Clone, Copy)]
pub(crate) struct Word(pub(crate) &'static str, pub(crate) &'static str);

/// No judgement.
pub(crate) const PLAIN: Levels = &[(None, Colour::Blue)];
pub(crate) const ZERO_IS_GOOD: Levels = &[(None, Colour::Green), (Some(1.0), Colour::Red)];
pub(crate) const ONE_IS_GOOD: Levels = &[
    (None, Colour::Red),
    (Some(1.0), Colour::Green),
    (Some(2.0), Colour::Red),
];
/// Idle shares: MSK's alarm is at 0.3.
pub(crate) const IDLE: Levels = &[
    (None, Colour::Red),
    (Some(0.3), Colour::Orange),
    (Some(0.5), Colour::Green),
];
/// Use of a CPU: MSK's alarm is at 60 %.
pub(crate) const CPU: Levels = &[
    (None, Colour::Green),
    (Some(0.6), Colour::Orange),
    (Some(0.8), Colour::Red),
];
/// Use of a disk: MSK's alarm is at 85 %.
pub(crate) const DISK: Levels = &[
    (None, Colour::Green),
    (Some(0.7), Colour::Orange),
    (Some(0.85), Colour::Red),
];

/// Grafana's unit ids, those in use.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Unit {
    Bytes,
    BytesPerSecond,
    Count,
    PerSecond,
    FromNow,
    Milliseconds,
    OperationsPerSecond,
    Packets,
    Ratio,
    RequestsPerSecond,
    Seconds,
    Text,
}

impl Unit {
    pub(crate) fn id(self) -> &'static str {
        match self {
            Unit::Bytes => "bytes",
            Unit::BytesPerSecond => "binBps",
            Unit::Count => "short",
            Unit::PerSecond => "cps",
            Unit::FromNow => "dateTimeFromNow",
            Unit::Milliseconds => "ms",
            Unit::OperationsPerSecond => "ops",
            Unit::Packets => "pps",
            Unit::Ratio => "percentunit",
            Unit::RequestsPerSecond => "reqps",
            Unit::Seconds => "s",
            Unit::Text => "none",
        }
    }
}

pub(crate) const fn query(expr: &'static str, legend: &'static str) -> Query {
    Query { expr, legend }
}

/// One number with its recent course behind it.
pub(crate) const fn stat(
    title: &'static str,
    unit: Unit,
    about: &'static str,
    queries: &'static [Query],
) -> Panel {
    Panel {
        width: 4,
        height: 4,
        ..panel(Shape::Stat, title, unit, about, queries)
    }
}

/// Lines over time, three panels to a row.
pub(crate) const fn graph(
    title: &'static str,
    unit: Unit,
    about: &'static str,
    queries: &'static [Query],
) -> Panel {
    let shape = Shape::Graph {
        stacked: false,
        mirrored: None,
    };
    panel(shape, title, unit, about, queries)
}

/// The current values as bars, largest first where the query sorts.
pub(crate) const fn bars(
    title: &'static str,
    unit: Unit,
    about: &'static str,
    queries: &'static [Query],
) -> Panel {
    panel(Shape::Bars, title, unit, about, queries)
}

/// The current values, one row for each set of labels; a query's legend names its column.
pub(crate) const fn table(
    title: &'static str,
    about: &'static str,
    columns: &'static [Column],
    queries: &'static [Query],
) -> Panel {
    Panel {
        width: 24,
        ..panel(Shape::Table(columns), title, Unit::Count, about, queries)
    }
}

const fn panel(
    shape: Shape,
    title: &'static str,
    unit: Unit,
    about: &'static str,
    queries: &'static [Query],
) -> Panel {
    Panel {
        title,
        about,
        unit,
        shape,
        width: 8,
        height: 8,
        queries,
        levels: PLAIN,
        words: &[],
        min: None,
        max: None,
        decimals: None,
    }
}

impl Panel {
    pub(crate) const fn wide(self, width: u16) -> Panel {
        Panel { width, ..self }
    }

    pub(crate) const fn judged(self, levels: Levels) -> Panel {
        Panel { levels, ..self }
    }

    pub(crate) const fn in_words(self, words: &'static [Word]) -> Panel {
        Panel { words, ..self }
    }

    /// From 0 to 1, as a share is.
    pub(crate) const fn share(self) -> Panel {
        Panel {
            min: Some(0.0),
            max: Some(1.0),
            ..self
        }
    }

    pub(crate) const fn above_zero(self) -> Panel {
        Panel {
            min: Some(0.0),
            ..self
        }
    }

    pub(crate) const fn stacked(self) -> Panel {
        let shape = Shape::Graph {
            stacked: true,
            mirrored: None,
        };
        Panel {
            shape,
            ..self.above_zero()
        }
    }

    /// Series whose legend matches are drawn below zero.
    pub(crate) const fn mirrored(self, legend: &'static str) -> Panel {
        let shape = Shape::Graph {
            stacked: false,
            mirrored: Some(legend),
        };
        Panel { shape, ..self }
    }

    /// A number of things, which has no half.
    pub(crate) const fn whole(self) -> Panel {
        Panel {
            decimals: Some(0),
            ..self
        }
    }
}
