//! What a schema field is in Rust: its type, its default, and the least it takes on the wire.

use super::schema::{Api, Field, Kind, Struct};

/// Where a structure stands: record sets of responses are ropes, those of requests slices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// Reachable from the request.
    Request,
    /// Reachable from the response.
    Response,
}

/// The Rust type of one element, without array and null.
pub(crate) fn element_type(field: &Field, side: Side) -> String {
    match &field.kind {
        Kind::Bool => "bool".to_owned(),
        Kind::Int8 => "i8".to_owned(),
        Kind::Int16 if is_error_code(field) => "ErrorCode".to_owned(),
        Kind::Int16 => "i16".to_owned(),
        Kind::Uint16 => "u16".to_owned(),
        Kind::Int32 => "i32".to_owned(),
        Kind::Int64 => "i64".to_owned(),
        Kind::Float64 => "f64".to_owned(),
        Kind::Uuid => "TopicId".to_owned(),
        Kind::String => "Str".to_owned(),
        Kind::Bytes => "Bytes".to_owned(),
        Kind::Records if side == Side::Response => "RecordSet".to_owned(),
        Kind::Records => "Bytes".to_owned(),
        Kind::Struct(name) => name.clone(),
    }
}

/// The Rust type of the field.
pub(crate) fn field_type(field: &Field, side: Side) -> String {
    let element = element_type(field, side);
    let whole = if field.array {
        format!("Vec<{element}>")
    } else {
        element
    };
    if is_option(field) {
        format!("Option<{whole}>")
    } else {
        whole
    }
}

/// Whether the field is an `Option` in Rust.
pub(crate) fn is_option(field: &Field) -> bool {
    field.nullable.is_some() || field.kind == Kind::Records
}

/// Whether the integer is an error code: by its name, as Kafka names all of them.
pub(crate) fn is_error_code(field: &Field) -> bool {
    field.kind == Kind::Int16 && field.name.ends_with("ErrorCode")
}

/// The default as a Rust expression.
pub(crate) fn default_value(field: &Field, side: Side) -> String {
    if field.kind == Kind::Records || field.default.as_deref() == Some("null") {
        return "None".to_owned();
    }
    let inner = plain_default(field, side);
    if is_option(field) {
        format!("Some({inner})")
    } else {
        inner
    }
}

fn plain_default(field: &Field, side: Side) -> String {
    if field.array {
        return "Vec::new()".to_owned();
    }
    let spelled = field.default.as_deref();
    match &field.kind {
        Kind::Bool => spelled.unwrap_or("false").to_owned(),
        Kind::Int16 if is_error_code(field) => match spelled {
            None => "ErrorCode::NONE".to_owned(),
            Some(code) => format!("ErrorCode({code})"),
        },
        Kind::Int8 | Kind::Int16 | Kind::Uint16 | Kind::Int32 | Kind::Int64 => integer(field),
        Kind::Float64 => format!("{}_f64", spelled.unwrap_or("0")),
        Kind::Uuid => "TopicId::ZERO".to_owned(),
        Kind::String => "Str::default()".to_owned(),
        Kind::Bytes => "Bytes::new()".to_owned(),
        Kind::Records | Kind::Struct(_) => format!("{}::default()", element_type(field, side)),
    }
}

/// An integer default; the extremes of a type by their names.
fn integer(field: &Field) -> String {
    match field.default.as_deref().unwrap_or("0") {
        "0x7fffffff" if field.kind == Kind::Int32 => "i32::MAX".to_owned(),
        "-2147483648" => "i32::MIN".to_owned(),
        "9223372036854775807" => "i64::MAX".to_owned(),
        other => other.to_owned(),
    }
}

/// Whether Rust's own `Default` of the type is the schema's default.
pub(crate) fn default_is_rusts(field: &Field) -> bool {
    if is_option(field) {
        return default_value(field, Side::Request) == "None";
    }
    field.array || field.default.is_none()
}

/// An expression that is true where `value` is not the default.
pub(crate) fn differs(field: &Field, value: &str, side: Side) -> String {
    if is_option(field) {
        return match default_value(field, side).as_str() {
            "None" => format!("{value}.is_some()"),
            _ if has_is_empty(field) => format!("{value}.as_ref().is_none_or(|v| !v.is_empty())"),
            some => format!("{value} != {some}"),
        };
    }
    match &field.kind {
        _ if has_is_empty(field) => format!("!{value}.is_empty()"),
        Kind::Bool if plain_default(field, side) == "true" => format!("!{value}"),
        Kind::Bool => value.to_owned(),
        Kind::Uuid => format!("!{value}.is_zero()"),
        _ => format!("{value} != {}", plain_default(field, side)),
    }
}

fn has_is_empty(field: &Field) -> bool {
    field.array || matches!(field.kind, Kind::String | Kind::Bytes | Kind::Records)
}

/// The least that an element of the field takes on the wire, in any of its versions: what
/// bounds an array's count before anything is reserved.
pub(crate) fn element_bytes_min(api: &Api, field: &Field) -> usize {
    (field.versions.first..=field.versions.last)
        .map(|version| element_bytes(api, field, version))
        .min()
        .unwrap_or(1)
}

fn element_bytes(api: &Api, field: &Field, version: i16) -> usize {
    let flexible = api.request.is_flexible(version) && !field.classic;
    match &field.kind {
        Kind::Bool | Kind::Int8 => 1,
        Kind::Int16 | Kind::Uint16 => 2,
        Kind::Int32 => 4,
        Kind::Int64 | Kind::Float64 => 8,
        Kind::Uuid => 16,
        Kind::String => {
            if flexible {
                1
            } else {
                2
            }
        }
        Kind::Bytes | Kind::Records => {
            if flexible {
                1
            } else {
                4
            }
        }
        Kind::Struct(name) => api
            .structure(name)
            .map_or(1, |s| struct_bytes(api, s, version)),
    }
}

fn struct_bytes(api: &Api, structure: &Struct, version: i16) -> usize {
    let flexible = api.request.is_flexible(version);
    let fields = structure.fields.iter().filter(|field| {
        field.tag.is_none() && (field.versions.first..=field.versions.last).contains(&version)
    });
    let fields = fields.map(|field| match (&field.kind, field.array) {
        (_, true) => {
            if flexible {
                1
            } else {
                4
            }
        }
        (Kind::Struct(_), false) if field.nullable.is_some() => 1,
        _ => element_bytes(api, field, version),
    });
    fields.sum::<usize>() + usize::from(flexible)
}
