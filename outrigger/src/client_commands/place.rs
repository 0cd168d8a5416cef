//! How arguments name servers, partitions, places in them, and `name=value` pairs.

use std::str::FromStr;

use model::{PartitionIndex, TopicName, TopicPartition};

/// A place in a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The oldest record.
    Beginning,
    /// After the newest record.
    End,
    /// So many records before the end.
    FromEnd(i64),
    /// An offset.
    Offset(i64),
    /// The first record of a time in milliseconds, or later.
    Timestamp(i64),
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |digits: &str| digits.parse::<i64>().ok().filter(|number| *number >= 0);
        let place = match text {
            "beginning" | "earliest" => Some(Self::Beginning),
            "end" | "latest" => Some(Self::End),
            _ => match text.split_at_checked(1) {
                Some(("@", time)) => number(time).or_else(|| utc_ms(time)).map(Self::Timestamp),
                Some(("-", count)) => number(count).map(Self::FromEnd),
                _ => number(text).map(Self::Offset),
            },
        };
        place.ok_or_else(|| {
            "expected beginning, end, an offset, -N for N before the end, or @TIME (milliseconds \
             or 2026-01-31T12:00:00Z)"
                .to_owned()
        })
    }
}

/// Milliseconds of a UTC time such as `2026-01-31T12:00:00Z`; the time of day may be left out.
fn utc_ms(text: &str) -> Option<i64> {
    let text = text.strip_suffix('Z').unwrap_or(text);
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, "0:0:0"));
    let numbers = |text: &str, by: char| -> Option<Vec<i64>> {
        text.split(by).map(|part| part.parse().ok()).collect()
    };
    let (seconds, milliseconds) = time.split_once('.').unwrap_or((time, "0"));
    let &[year, month, day] = &numbers(date, '-')?[..] else {
        return None;
    };
    let &[hour, minute, second] = &numbers(seconds, ':')?[..] else {
        return None;
    };
    let legal = (1..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..61).contains(&second);
    if !legal {
        return None;
    }
    let fraction = format!("{milliseconds:0<3}");
    let fraction: i64 = fraction.get(..3)?.parse().ok()?;
    // Days since 1970 by counting years from March on, so that the leap day comes last.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let days =
        365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468;
    Some((((days * 24 + hour) * 60 + minute) * 60 + second) * 1000 + fraction)
}

/// A topic, or some partitions of it: `orders` or `orders:0,3`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TopicPart {
    pub(crate) topic: TopicName,
    /// `None` is all of them.
    pub(crate) partitions: Option<Vec<PartitionIndex>>,
}

impl TopicPart {
    /// Whether it names this partition.
    pub(crate) fn names(&self, partition: &TopicPartition) -> bool {
        let listed = self.partitions.as_ref();
        self.topic == partition.topic
            && listed.is_none_or(|listed| listed.contains(&partition.partition))
    }
}

impl FromStr for TopicPart {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (topic, partitions) = match text.split_once(':') {
            Some((topic, partitions)) => (topic, Some(partitions)),
            None => (text, None),
        };
        let index = |text: &str| match text.parse() {
            Ok(index @ 0..) => Ok(PartitionIndex(index)),
            _ => Err(format!("{text:?} is no partition number")),
        };
        let listed = |list: &str| list.split(',').map(index).collect::<Result<Vec<_>, _>>();
        Ok(Self {
            topic: topic_name(topic)?,
            partitions: partitions.map(listed).transpose()?,
        })
    }
}

/// A topic name as an argument.
pub(crate) fn topic_name(text: &str) -> Result<TopicName, String> {
    TopicName::new(text).map_err(|error| error.to_string())
}

/// A group id as an argument.
pub(crate) fn group_id(text: &str) -> Result<model::GroupId, String> {
    model::GroupId::new(text).map_err(|error| error.to_string())
}

/// `name=value` as an argument.
pub(crate) fn name_and_value(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// `HOST:PORT,…` as an argument.
pub(crate) fn servers(text: &str) -> Result<String, String> {
    let servers = || text.split(',').map(str::trim);
    let server = |server: &str| match server.rsplit_once(':') {
        // Only in brackets may the host itself contain a colon.
        Some((host, port)) => {
            let bracketed = host.starts_with('[') && host.ends_with(']');
            let host = !host.is_empty() && (bracketed || !host.contains(':'));
            host && port.parse::<u16>().is_ok_and(|port| port > 0)
        }
        None => false,
    };
    match servers().find(|text| !server(text)) {
        None => Ok(servers().collect::<Vec<_>>().join(",")),
        Some(wrong) => Err(format!(
            "{wrong:?} is no server; write HOST:PORT, such as 127.0.0.1:9092"
        )),
    }
}

#[cfg(test)]
mod tests;
