//! Writes the `encode` function of a structure.

use std::fmt::Write;

use super::names::snake;
use super::rust_type::{self, Side};
use super::schema::{Field, Kind, Struct, Versions};
use super::unit::{Unit, uses};

/// `fn encode(&self, writer, version) -> Result<(), EncodeError>`.
pub(crate) fn encode(unit: &Unit<'_>, structure: &Struct, side: Side, is_message: bool) -> String {
    let flexible = unit.flexible(structure);
    let mut body = String::new();
    if is_message {
        let Versions { first, last } = structure.versions;
        let _ = write!(
            body,
            "if !({first}..={last}).contains(&version) {{
                return Err(EncodeError::UnsupportedVersion(version));
            }}"
        );
    }
    body += &flexible.binding();
    for field in structure.fields.iter().filter(|field| field.tag.is_none()) {
        let flexible = if field.classic {
            "false"
        } else {
            flexible.text()
        };
        let write = write_field(unit, field, side, flexible);
        body += &match unit.condition(field.versions, structure.versions) {
            None => write,
            Some(condition) => {
                format!("if {condition} {{ {write} }} {}", absent(field, side))
            }
        };
        body.push('\n');
    }
    body += &tagged(unit, structure, side);
    let visibility = if is_message { "pub " } else { "" };
    let version = if uses(&body, "version") {
        "version"
    } else {
        "_version"
    };
    let doc = if is_message {
        "/// Writes the message in `version`; fails where a field that is set has no place in it.\n"
    } else {
        ""
    };
    let writer = if uses(&body, "writer") {
        "writer"
    } else {
        "_writer"
    };
    format!(
        "{doc}{visibility}fn encode(&self, {writer}: &mut Writer, {version}: i16) -> Result<(), EncodeError> {{
            {body}
            Ok(())
        }}\n"
    )
}

/// What happens in a version without the field.
fn absent(field: &Field, side: Side) -> String {
    if field.ignorable {
        return String::new();
    }
    let differs = rust_type::differs(field, &format!("self.{}", snake(&field.name)), side);
    format!("else if {differs} {{ {} }}", absent_error(field))
}

fn absent_error(field: &Field) -> String {
    format!(
        "return Err(EncodeError::Absent {{ field: \"{}\", version }});",
        field.name
    )
}

/// Tagged fields leave only where they differ from their defaults.
fn tagged(unit: &Unit<'_>, structure: &Struct, side: Side) -> String {
    let flexible = unit.flexible(structure);
    let mut fields: Vec<&Field> = structure
        .fields
        .iter()
        .filter(|f| f.tag.is_some())
        .collect();
    fields.sort_by_key(|field| field.tag);
    let mut code = String::new();
    let mut flags = Vec::new();
    let mut writes = String::new();
    for field in fields {
        let name = snake(&field.name);
        let differs = rust_type::differs(field, &format!("self.{name}"), side);
        let flag = format!("has_{}", name.trim_end_matches('_'));
        let present = match unit.condition(field.versions, structure.versions) {
            None => differs,
            Some(condition) => {
                if !field.ignorable {
                    // Tagged fields never end before their structure does.
                    let (first, refuse) = (field.versions.first, absent_error(field));
                    let _ = write!(code, "if version < {first} && {differs} {{ {refuse} }}");
                }
                format!("{condition} && {differs}")
            }
        };
        let _ = writeln!(code, "let {flag} = {present};");
        let tag = field.tag.unwrap_or_default();
        let content = write_field(unit, field, side, "true");
        let _ = write!(
            writes,
            "if {flag} {{ writer.tagged({tag}, |writer| {{ {content} Ok(()) }})?; }}"
        );
        flags.push(format!("u32::from({flag})"));
    }
    let count = if flags.is_empty() {
        "0".to_owned()
    } else {
        flags.join(" + ")
    };
    let section = format!("writer.uvarint({count}); {writes}");
    match flexible.text() {
        "false" => String::new(),
        "true" => format!("{code}{section}"),
        _ => format!("{code}if flexible {{ {section} }}"),
    }
}

/// Statements that write one field.
fn write_field(unit: &Unit<'_>, field: &Field, side: Side, flexible: &str) -> String {
    let name = &field.name;
    let value = format!("self.{}", snake(name));
    if !rust_type::is_option(field) {
        return write_value(field, &value, flexible, false);
    }
    if field.kind == Kind::Records {
        return write_records(field, side, flexible);
    }
    let nullable = write_nullable(field, &value, flexible);
    let condition = field
        .nullable
        .and_then(|n| unit.condition(n, field.versions));
    match condition {
        None => nullable,
        Some(condition) => {
            let required = format!("not_null(\"{name}\", &{value}, version)?");
            let plain = format!(
                "let value = {required}; {}",
                write_value(field, "value", flexible, true)
            );
            format!("if {condition} {{ {nullable} }} else {{ {plain} }}")
        }
    }
}

fn write_records(field: &Field, side: Side, flexible: &str) -> String {
    let name = &field.name;
    let value = format!("self.{}", snake(name));
    let function = if side == Side::Response {
        "record_set"
    } else {
        "nullable_bytes"
    };
    format!("writer.{function}(\"{name}\", {value}.as_ref(), {flexible})?;")
}

fn write_nullable(field: &Field, value: &str, flexible: &str) -> String {
    let name = &field.name;
    match (&field.kind, field.array) {
        (Kind::String, false) => {
            format!("writer.nullable_string(\"{name}\", {value}.as_deref(), {flexible})?;")
        }
        (Kind::Bytes, false) => {
            format!("writer.nullable_bytes(\"{name}\", {value}.as_ref(), {flexible})?;")
        }
        (_, true) => format!(
            "match &{value} {{
                None => writer.null({flexible}),
                Some(value) => {{ {} }}
            }}",
            write_value(field, "value", flexible, true)
        ),
        (_, false) => format!(
            "match &{value} {{
                None => writer.i8(-1),
                Some(value) => {{ writer.i8(1); {} }}
            }}",
            write_value(field, "value", flexible, true)
        ),
    }
}

/// Statements that write a value that is there. `borrowed` says that `value` is a reference.
fn write_value(field: &Field, value: &str, flexible: &str, borrowed: bool) -> String {
    if !field.array {
        return write_element(field, value, flexible, borrowed);
    }
    let name = &field.name;
    let by = if borrowed { "" } else { "&" };
    let element = write_element(field, "element", flexible, true);
    format!(
        "writer.length(\"{name}\", {value}.len(), {flexible})?;
        for element in {by}{value} {{ {element} }}"
    )
}

fn write_element(field: &Field, value: &str, flexible: &str, borrowed: bool) -> String {
    let name = &field.name;
    let copied = if borrowed {
        format!("*{value}")
    } else {
        value.to_owned()
    };
    let by = if borrowed { "" } else { "&" };
    match &field.kind {
        Kind::Bool => format!("writer.bool({copied});"),
        Kind::Int8 => format!("writer.i8({copied});"),
        Kind::Int16 if rust_type::is_error_code(field) => format!("writer.error_code({copied});"),
        Kind::Int16 => format!("writer.i16({copied});"),
        Kind::Uint16 => format!("writer.u16({copied});"),
        Kind::Int32 => format!("writer.i32({copied});"),
        Kind::Int64 => format!("writer.i64({copied});"),
        Kind::Float64 => format!("writer.f64({copied});"),
        Kind::Uuid => format!("writer.uuid({copied});"),
        Kind::String => format!("writer.string(\"{name}\", {by}{value}, {flexible})?;"),
        Kind::Bytes | Kind::Records => {
            format!("writer.bytes(\"{name}\", {by}{value}, {flexible})?;")
        }
        Kind::Struct(_) => format!("{value}.encode(writer, version)?;"),
    }
}
