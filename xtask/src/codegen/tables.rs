//! Writes what spans all APIs: the enum of keys, and the closed enums of requests and responses.

use std::fmt::Write;

use super::names::snake;
use super::schema::{Api, Versions};

/// `messages.rs`: the modules, `Request` and `Response`.
pub(crate) fn messages(apis: &[Api]) -> String {
    let mut code = String::from(
        "//!
        //! One module per API; [`Request`] and [`Response`] are closed over all of them. A field's
        //! default is the schema's: a nullable string without an explicit default starts empty, not
        //! null, as in Kafka.
        #![allow(
            clippy::large_enum_variant,
            reason = \"boxing would cost every request an allocation; the enums live on one stack frame\"
        )]
        #![allow(clippy::too_many_lines, reason = \"generated codecs are one line per field\")]
        #![allow(
            clippy::collapsible_else_if,
            clippy::manual_range_contains,
            clippy::needless_return,
            reason = \"generated code is regular, not minimal\"
        )]

        ",
    );
    let mut names: Vec<String> = apis.iter().map(|api| snake(&api.name)).collect();
    names.sort();
    for name in names {
        let _ = writeln!(code, "pub mod {name};");
    }
    code += "\nuse crate::{ApiKey, DecodeError, EncodeError, Reader, Writer};\n\n";
    code += &message_enum(
        apis,
        "Request",
        "request",
        "The body of a request of any API.",
    );
    code += &message_enum(
        apis,
        "Response",
        "response",
        "The body of a response of any API.",
    );
    code
}

fn message_enum(apis: &[Api], name: &str, lower: &str, doc: &str) -> String {
    let apis = || apis.iter().filter(|api| api.key.is_some());
    let mut variants = String::new();
    let mut keys = String::new();
    let mut decodes = String::new();
    let mut encodes = String::new();
    let mut froms = String::new();
    for api in apis() {
        let (variant, module) = (&api.name, snake(&api.name));
        let path = format!("{module}::{variant}{name}");
        let _ = writeln!(variants, "/// {}\n{variant}({path}),", api.about);
        let _ = writeln!(keys, "Self::{variant}(_) => ApiKey::{variant},");
        let _ = writeln!(
            decodes,
            "ApiKey::{variant} => Self::{variant}({path}::decode(reader, version)?),"
        );
        let _ = writeln!(
            encodes,
            "Self::{variant}(body) => body.encode(writer, version),"
        );
        let _ = writeln!(
            froms,
            "impl From<{path}> for {name} {{ fn from(body: {path}) -> Self {{ Self::{variant}(body) }} }}\n"
        );
    }
    format!(
        "/// {doc}
        #[derive(Clone, Debug, PartialEq)]
        pub enum {name} {{ {variants} }}

        impl {name} {{
            /// The API that the {lower} belongs to.
            pub fn api_key(&self) -> ApiKey {{ match self {{ {keys} }} }}

            /// Reads the {lower} of `api_key` in `version`.
            pub fn decode(api_key: ApiKey, version: i16, reader: &mut Reader) -> Result<Self, DecodeError> {{
                Ok(match api_key {{ {decodes} }})
            }}

            /// Writes the {lower} in `version`.
            pub fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {{
                match self {{ {encodes} }}
            }}
        }}

        {froms}"
    )
}

/// `api_key.rs`: the enum of APIs with their versions.
pub(crate) fn api_key(apis: &[Api]) -> String {
    let mut variants = String::new();
    let mut all = String::new();
    let mut names = String::new();
    let mut from = String::new();
    let mut versions = String::new();
    let mut flexible = String::new();
    for api in apis {
        let Some(key) = api.key else { continue };
        let name = &api.name;
        let Versions { first, last } = api.request.body.versions;
        let _ = writeln!(variants, "/// {}\n{name} = {key},", api.about);
        let _ = writeln!(all, "Self::{name},");
        let _ = writeln!(names, "Self::{name} => \"{name}\",");
        let _ = writeln!(from, "{key} => Self::{name},");
        let _ = writeln!(versions, "Self::{name} => {first}..={last},");
        let start = api
            .request
            .flexible
            .map_or("i16::MAX".to_owned(), |v| v.to_string());
        let _ = writeln!(flexible, "Self::{name} => {start},");
    }
    format!(
        "//!
        //! Which APIs there are, by Kafka's names and numbers, and the versions that the schema has
        //! of each. What a broker advertises is its own table.
        #![allow(clippy::too_many_lines, reason = \"generated tables are one line per API\")]

        use std::fmt;
        use std::ops::RangeInclusive;

        /// An API of Kafka 4.3.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(i16)]
        pub enum ApiKey {{ {variants} }}

        impl ApiKey {{
            /// Every API, by key.
            pub const ALL: &'static [Self] = &[{all}];

            /// The API with that number.
            pub const fn from_i16(key: i16) -> Option<Self> {{
                Some(match key {{ {from} _ => return None, }})
            }}

            /// The number on the wire.
            #[expect(clippy::as_conversions, reason = \"the discriminants are i16\")]
            pub const fn code(self) -> i16 {{ self as i16 }}

            /// Kafka's name.
            pub const fn name(self) -> &'static str {{ match self {{ {names} }} }}

            /// The versions of the schema.
            pub const fn versions(self) -> RangeInclusive<i16> {{ match self {{ {versions} }} }}

            /// Whether `version` has compact strings and tagged fields.
            pub const fn is_flexible(self, version: i16) -> bool {{
                version >= match self {{ {flexible} }}
            }}

            /// The version of the header before a request of `version`.
            pub const fn request_header_version(self, version: i16) -> i16 {{
                if self.is_flexible(version) {{ 2 }} else {{ 1 }}
            }}

            /// The version of the header before a response of `version`. ApiVersions stays at 0: a
            /// client reads it before it knows what the broker speaks (KIP-511).
            pub const fn response_header_version(self, version: i16) -> i16 {{
                if self.is_flexible(version) && !matches!(self, Self::ApiVersions) {{ 1 }} else {{ 0 }}
            }}
        }}

        impl fmt::Display for ApiKey {{
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {{ f.write_str(self.name()) }}
        }}
        "
    )
}
