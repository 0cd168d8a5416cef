//! How a record is printed. Values come out as they went in; only JSON has another form for bytes
//! that are no text.

use client::ConsumedRecord;
use records::TimestampType;
use serde_json::{Map, Value, json};

use super::base64;
use crate::client_commands::escape::unescape;

/// A way to print records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// An object a line.
    Json,
    /// Key, tab, value, line end.
    KeyValue,
    /// Parts of the record between literal bytes.
    Pattern(Vec<Piece>),
    /// Value, line end.
    Value,
}

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Headers,
    Key,
    KeyLength,
    Literal(Vec<u8>),
    Offset,
    Partition,
    Timestamp,
    Topic,
    Value,
    ValueLength,
    ValueLengthBytes,
}

impl Format {
    /// Reads a format argument.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        match text {
            "json" => Ok(Self::Json),
            "key-value" => Ok(Self::KeyValue),
            "value" => Ok(Self::Value),
            _ if text.contains('%') => pattern(text).map(Self::Pattern),
            _ => Err("expected value, key-value, json, or text with % in it".to_owned()),
        }
    }

    /// Appends a record.
    pub(super) fn write(&self, out: &mut Vec<u8>, record: &ConsumedRecord) {
        let key = record.key.as_deref().unwrap_or_default();
        let value = record.value.as_deref().unwrap_or_default();
        match self {
            Self::Value => out.extend_from_slice(value),
            Self::KeyValue => {
                out.extend_from_slice(key);
                out.push(b'\t');
                out.extend_from_slice(value);
            }
            Self::Json => out.extend_from_slice(object(record).to_string().as_bytes()),
            Self::Pattern(pieces) => {
                pieces.iter().for_each(|piece| piece.write(out, record));
                return;
            }
        }
        out.push(b'\n');
    }
}

fn pattern(text: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut parts = text.split('%');
    let literal = |pieces: &mut Vec<Piece>, text: &str| -> Result<(), String> {
        if !text.is_empty() {
            pieces.push(Piece::Literal(unescape(text)?));
        }
        Ok(())
    };
    literal(&mut pieces, parts.next().unwrap_or_default())?;
    while let Some(part) = parts.next() {
        let mut rest = part.chars();
        let piece = match rest.next() {
            Some('h') => Piece::Headers,
            Some('k') => Piece::Key,
            Some('K') => Piece::KeyLength,
            Some('o') => Piece::Offset,
            Some('p') => Piece::Partition,
            Some('T') => Piece::Timestamp,
            Some('t') => Piece::Topic,
            Some('s') => Piece::Value,
            Some('S') => Piece::ValueLength,
            Some('R') => Piece::ValueLengthBytes,
            // "%%" leaves an empty part; what follows the second sign is literal.
            None => {
                pieces.push(Piece::Literal(b"%".to_vec()));
                let after = parts.next().ok_or("a format cannot end in a single %")?;
                literal(&mut pieces, after)?;
                continue;
            }
            Some(other) => return Err(format!("unknown %{other} in the format; see --help")),
        };
        pieces.push(piece);
        literal(&mut pieces, rest.as_str())?;
    }
    Ok(pieces)
}

impl Piece {
    fn write(&self, out: &mut Vec<u8>, record: &ConsumedRecord) {
        let number = |out: &mut Vec<u8>, number: i64| {
            out.extend_from_slice(number.to_string().as_bytes());
        };
        // As kcat: a null has the length -1.
        let length = |bytes: &Option<bytes::Bytes>| {
            let length = bytes.as_ref().map(|bytes| bytes.len());
            length.map_or(-1, |length| i64::try_from(length).unwrap_or(i64::MAX))
        };
        match self {
            Self::Headers => headers(out, record),
            Self::Key => out.extend_from_slice(record.key.as_deref().unwrap_or_default()),
            Self::KeyLength => number(out, length(&record.key)),
            Self::Literal(bytes) => out.extend_from_slice(bytes),
            Self::Offset => number(out, record.offset),
            Self::Partition => number(out, record.partition.partition.0.into()),
            Self::Timestamp => number(out, record.timestamp_ms),
            Self::Topic => out.extend_from_slice(record.partition.topic.as_str().as_bytes()),
            Self::Value => out.extend_from_slice(record.value.as_deref().unwrap_or_default()),
            Self::ValueLength => number(out, length(&record.value)),
            Self::ValueLengthBytes => {
                let length = i32::try_from(length(&record.value)).unwrap_or(i32::MAX);
                out.extend_from_slice(&length.to_be_bytes());
            }
        }
    }
}

/// `a=1,b=2`; a null value is `NULL`, as kcat has it.
fn headers(out: &mut Vec<u8>, record: &ConsumedRecord) {
    for (i, header) in record.headers.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        out.extend_from_slice(&header.key);
        out.push(b'=');
        out.extend_from_slice(header.value.as_deref().unwrap_or(b"NULL"));
    }
}

/// Keys and values are text, or base64 under a name that says so, or null.
fn object(record: &ConsumedRecord) -> Value {
    let mut object = Map::new();
    let text = |bytes: &[u8]| std::str::from_utf8(bytes).ok().map(str::to_owned);
    let put = |object: &mut Map<String, Value>, name: &str, bytes: Option<&[u8]>| {
        let Some(bytes) = bytes else {
            object.insert(name.to_owned(), Value::Null);
            return;
        };
        match text(bytes) {
            Some(text) => object.insert(name.to_owned(), Value::String(text)),
            None => object.insert(format!("{name}_base64"), base64::encode(bytes).into()),
        };
    };
    let of = &record.partition;
    object.insert("topic".into(), json!(of.topic.as_str()));
    object.insert("partition".into(), json!(of.partition.0));
    object.insert("offset".into(), json!(record.offset));
    object.insert("timestamp".into(), json!(record.timestamp_ms));
    let kind = match record.timestamp_type {
        TimestampType::CreateTime => "CreateTime",
        TimestampType::LogAppendTime => "LogAppendTime",
    };
    object.insert("timestamp_type".into(), json!(kind));
    let headers = record.headers.iter().map(|header| {
        let mut entry = Map::new();
        put(&mut entry, "key", Some(&header.key));
        put(&mut entry, "value", header.value.as_deref());
        Value::Object(entry)
    });
    let headers: Vec<Value> = headers.collect();
    object.insert("headers".into(), Value::Array(headers));
    put(&mut object, "key", record.key.as_deref());
    put(&mut object, "value", record.value.as_deref());
    Value::Object(object)
}

#[cfg(test)]
mod tests;
