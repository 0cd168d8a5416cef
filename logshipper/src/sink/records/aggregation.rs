//! How events become records.

/// How many events a record holds, and in which form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Aggregation {
    /// One each.
    #[default]
    None,
    /// As many as fit, each with a line end.
    Lines,
    /// As many as fit, in the form of the Kinesis Producer Library, which its consumers and Lambda take apart.
    Kpl,
}

impl std::str::FromStr for Aggregation {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "none" => Ok(Self::None),
            "lines" => Ok(Self::Lines),
            "kpl" => Ok(Self::Kpl),
            _ => Err("is none of none, lines and kpl"),
        }
    }
}
