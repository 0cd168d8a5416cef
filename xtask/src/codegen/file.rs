//! Writes the file of one API: its structures, their defaults, and their codecs.

use std::fmt::Write;

use super::names::snake;
use super::rust_type::{self, Side};
use super::schema::{Api, Field, Kind, Struct, Versions};
use super::unit::Unit;
use super::{decode, encode};

/// The whole file below its first line, not yet formatted.
pub(crate) fn file(api: &Api) -> String {
    let unit = Unit { api };
    let mut code = String::new();
    for body in [&api.request.body, &api.response.body] {
        let side = if body.name == api.request.body.name {
            Side::Request
        } else {
            Side::Response
        };
        code += &structure(&unit, body, side, true);
    }
    for nested in &api.structs {
        code += &structure(&unit, nested, unit.side(nested), false);
    }
    format!("{}{}{code}", module_doc(api), imports(&code))
}

fn module_doc(api: &Api) -> String {
    let mut doc = format!("//!\n//! {}\n", api.about);
    if let Some(key) = api.key {
        let Versions { first, last } = api.request.body.versions;
        let flexible = match api.request.flexible {
            Some(from) => format!("flexible from {from}"),
            None => "never flexible".to_owned(),
        };
        let _ = write!(
            doc,
            "//!\n//! API key {key}, versions {first} to {last}, {flexible}.\n"
        );
    }
    if !api.errors.is_empty() {
        doc += "//!\n//! Answers:";
        let mut column = 12;
        for (i, error) in api.errors.iter().enumerate() {
            let end = if i + 1 == api.errors.len() { "." } else { "," };
            column += error.len() + 4;
            if column > 96 {
                doc += "\n//!";
                column = error.len() + 8;
            }
            let _ = write!(doc, " `{error}`{end}");
        }
        doc.push('\n');
    }
    if !api.since.is_empty() {
        doc += "//!\n";
        for (version, text) in &api.since {
            let _ = writeln!(doc, "//! - version {version}: {text}");
        }
    }
    doc.push('\n');
    doc
}

/// The `use` lines that `code` needs.
fn imports(code: &str) -> String {
    let uses = |name: &str| super::unit::uses(code, name);
    let mut imports = String::new();
    if uses("Bytes") {
        imports += "use bytes::Bytes;\n";
    }
    if uses("TopicId") {
        imports += "use model::TopicId;\n";
    }
    if !imports.is_empty() {
        imports.push('\n');
    }
    if uses("not_null") {
        imports += "use crate::error::not_null;\n";
    }
    let names = [
        "DecodeError",
        "DecodeFault",
        "EncodeError",
        "ErrorCode",
        "Reader",
        "RecordSet",
        "Str",
        "Writer",
    ];
    let names: Vec<&str> = names.into_iter().filter(|name| uses(name)).collect();
    let _ = write!(imports, "use crate::{{{}}};\n\n", names.join(", "));
    imports
}

fn structure(unit: &Unit<'_>, structure: &Struct, side: Side, is_message: bool) -> String {
    let name = &structure.name;
    let rusts_default = structure.fields.iter().all(rust_type::default_is_rusts);
    let derives = if rusts_default {
        "Clone, Debug, Default, PartialEq"
    } else {
        "Clone, Debug, PartialEq"
    };
    let mut code = format!(
        "{}\n#[derive({derives})]\npub struct {name} {{\n",
        doc(unit, structure)
    );
    for field in &structure.fields {
        let type_ = rust_type::field_type(field, side);
        let _ = writeln!(
            code,
            "/// {}\npub {}: {type_},",
            field_doc(structure, field),
            snake(&field.name)
        );
    }
    code += "}\n\n";
    if !rusts_default {
        let _ = writeln!(
            code,
            "impl Default for {name} {{ fn default() -> Self {{ Self {{"
        );
        for field in &structure.fields {
            let _ = writeln!(
                code,
                "{}: {},",
                snake(&field.name),
                rust_type::default_value(field, side)
            );
        }
        code += "} } }\n\n";
    }
    let _ = write!(
        code,
        "impl {name} {{\n{}\n{}}}\n\n",
        decode::decode(unit, structure, side, is_message),
        encode::encode(unit, structure, side, is_message)
    );
    code
}

fn doc(unit: &Unit<'_>, structure: &Struct) -> String {
    let api = unit.api;
    let what = if structure.name == api.request.body.name {
        if api.key.is_some() {
            "The request."
        } else {
            "Before the body of a request."
        }
    } else if structure.name == api.response.body.name {
        if api.key.is_some() {
            "The response."
        } else {
            "Before the body of a response."
        }
    } else {
        return format!("/// {}", part_doc(api, structure));
    };
    format!("/// {what}")
}

/// A nested structure is documented by where it stands.
fn part_doc(api: &Api, part: &Struct) -> String {
    let bodies = [&api.request.body, &api.response.body];
    let places: Vec<String> = bodies
        .into_iter()
        .chain(&api.structs)
        .flat_map(|holder| holder.fields.iter().map(move |field| (holder, field)))
        .filter(|(_, field)| field.kind == Kind::Struct(part.name.clone()))
        .map(|(holder, field)| format!("[`{}::{}`]", holder.name, snake(&field.name)))
        .collect();
    format!("In {}.", places.join(", "))
}

/// The facts of the schema, which are the documentation of a field.
fn field_doc(structure: &Struct, field: &Field) -> String {
    let mut facts = vec![format!("`{}`", field.name)];
    if field.versions != structure.versions {
        let Versions { first, last } = field.versions;
        facts.push(if last == structure.versions.last {
            format!("version {first} and later")
        } else if first == last {
            format!("version {first} only")
        } else {
            format!("versions {first} to {last}")
        });
    }
    if let Some(tag) = field.tag {
        facts.push(format!("tag {tag}"));
    }
    if let Some(nullable) = field.nullable.filter(|n| *n != field.versions) {
        facts.push(format!("null in versions {nullable} only"));
    }
    if let Some(default) = &field.default {
        facts.push(format!("default {default}"));
    }
    if field.versions != structure.versions && field.ignorable {
        facts.push("dropped elsewhere".to_owned());
    }
    format!("{}.", facts.join(", "))
}
