//! Writes the `decode` function of a structure.

use std::fmt::Write;

use super::names::snake;
use super::rust_type::{self, Side};
use super::schema::{Field, Kind, Struct, Versions};
use super::unit::{Unit, uses};

/// `fn decode(reader, version) -> Result<Self, DecodeError>`.
pub(crate) fn decode(unit: &Unit<'_>, structure: &Struct, side: Side, is_message: bool) -> String {
    let flexible = unit.flexible(structure);
    let mut body = String::new();
    if is_message {
        let Versions { first, last } = structure.versions;
        let _ = write!(
            body,
            "if !({first}..={last}).contains(&version) {{
                return Err(DecodeError {{
                    field: \"{}\",
                    at: reader.position(),
                    fault: DecodeFault::UnsupportedVersion(version),
                }});
            }}",
            structure.name
        );
    }
    body += &flexible.binding();
    for field in structure.fields.iter().filter(|field| field.tag.is_none()) {
        let name = snake(&field.name);
        let read = read(
            unit,
            field,
            side,
            if field.classic {
                "false"
            } else {
                flexible.text()
            },
        );
        let value = match unit.condition(field.versions, structure.versions) {
            None => read,
            Some(condition) => {
                let default = rust_type::default_value(field, side);
                format!("if {condition} {{ {read} }} else {{ {default} }}")
            }
        };
        let _ = writeln!(body, "let {name} = {value};");
    }
    body += &tagged(unit, structure, side);
    let names: Vec<String> = structure
        .fields
        .iter()
        .map(|field| snake(&field.name))
        .collect();
    let visibility = if is_message { "pub " } else { "" };
    let version = if uses(&body, "version") {
        "version"
    } else {
        "_version"
    };
    let doc = if is_message {
        "/// Reads the message in `version`; bytes behind it stay in the reader.\n"
    } else {
        ""
    };
    format!(
        "{doc}{visibility}fn decode(reader: &mut Reader, {version}: i16) -> Result<Self, DecodeError> {{
            {body}
            Ok(Self {{ {} }})
        }}\n",
        names.join(", ")
    )
}

/// The tagged fields: known ones are matched, the rest is skipped.
fn tagged(unit: &Unit<'_>, structure: &Struct, side: Side) -> String {
    let flexible = unit.flexible(structure);
    let fields: Vec<&Field> = structure
        .fields
        .iter()
        .filter(|f| f.tag.is_some())
        .collect();
    let mut defaults = String::new();
    let mut arms = String::new();
    for field in &fields {
        let name = snake(&field.name);
        let type_ = rust_type::field_type(field, side);
        let default = rust_type::default_value(field, side);
        let _ = writeln!(defaults, "let mut {name}: {type_} = {default};");
        let read = read(unit, field, side, "true");
        let tag = field.tag.unwrap_or_default();
        let guard = unit
            .condition(field.versions, flexible.versions(structure))
            .map_or(String::new(), |condition| format!(" if {condition}"));
        let _ = writeln!(arms, "{tag}{guard} => {name} = {read},");
    }
    let take = if fields.is_empty() {
        "reader.skip_tagged_fields()?;".to_owned()
    } else {
        format!(
            "reader.tagged_fields(|reader, tag| {{
                match tag {{ {arms} _ => return Ok(false), }}
                Ok(true)
            }})?;"
        )
    };
    match flexible.text() {
        "false" => defaults,
        "true" => format!("{defaults}{take}"),
        _ => format!("{defaults}if flexible {{ {take} }}"),
    }
}

/// An expression that reads one field.
fn read(unit: &Unit<'_>, field: &Field, side: Side, flexible: &str) -> String {
    let plain = read_whole(unit, field, side, flexible, false);
    let Some(nullable) = field.nullable else {
        return plain;
    };
    let null = read_whole(unit, field, side, flexible, true);
    match unit.condition(nullable, field.versions) {
        None => null,
        Some(condition) => format!("if {condition} {{ {null} }} else {{ Some({plain}) }}"),
    }
}

fn read_whole(
    unit: &Unit<'_>,
    field: &Field,
    side: Side,
    flexible: &str,
    nullable: bool,
) -> String {
    let name = &field.name;
    if field.array {
        let function = if nullable { "nullable_array" } else { "array" };
        let least = rust_type::element_bytes_min(unit.api, field);
        let element = read_element(field, flexible);
        return format!("reader.{function}(\"{name}\", {flexible}, {least}, |reader| {element})?");
    }
    match &field.kind {
        Kind::Struct(_) if nullable => {
            let inner = read_element(field, flexible);
            format!("if reader.present(\"{name}\")? {{ Some({inner}?) }} else {{ None }}")
        }
        Kind::String if nullable => format!("reader.nullable_string(\"{name}\", {flexible})?"),
        Kind::Bytes if nullable => format!("reader.nullable_bytes(\"{name}\", {flexible})?"),
        Kind::Records => {
            let into = if side == Side::Response {
                ".map(RecordSet::from)"
            } else {
                ""
            };
            format!("reader.nullable_bytes(\"{name}\", {flexible})?{into}")
        }
        Kind::Int16 if rust_type::is_error_code(field) => {
            format!("ErrorCode({}?)", read_element(field, flexible))
        }
        _ => format!("{}?", read_element(field, flexible)),
    }
}

/// A `Result` of one element.
fn read_element(field: &Field, flexible: &str) -> String {
    let name = &field.name;
    let simple = |function: &str| format!("reader.{function}(\"{name}\")");
    match &field.kind {
        Kind::Bool => simple("bool"),
        Kind::Int8 => simple("i8"),
        Kind::Int16 => simple("i16"),
        Kind::Uint16 => simple("u16"),
        Kind::Int32 => simple("i32"),
        Kind::Int64 => simple("i64"),
        Kind::Float64 => simple("f64"),
        Kind::Uuid => simple("uuid"),
        Kind::String => format!("reader.string(\"{name}\", {flexible})"),
        Kind::Bytes | Kind::Records => format!("reader.bytes(\"{name}\", {flexible})"),
        Kind::Struct(structure) => format!("{structure}::decode(reader, version)"),
    }
}
