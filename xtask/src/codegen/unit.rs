//! What the writers of one generated file share: the API, and how versions become conditions.

use super::rust_type::Side;
use super::schema::{Api, Kind, Struct, Versions};

/// One schema file on its way to one Rust file.
#[derive(Debug)]
pub(crate) struct Unit<'a> {
    /// The schema.
    pub(crate) api: &'a Api,
}

/// Whether a structure is in compact form: always, never or from a version on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flexible {
    /// In every version.
    Always,
    /// In no version.
    Never,
    /// From this version on.
    From(i16),
}

impl Flexible {
    /// The Rust expression for it.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Always => "true",
            Self::Never => "false",
            Self::From(_) => "flexible",
        }
    }

    /// The statement that the expression needs before it.
    pub(crate) fn binding(self) -> String {
        match self {
            Self::From(first) => format!("let flexible = version >= {first};\n"),
            Self::Always | Self::Never => String::new(),
        }
    }

    /// The versions of `structure` in compact form; only asked where there are any.
    pub(crate) fn versions(self, structure: &Struct) -> Versions {
        match self {
            Self::From(first) => Versions {
                first,
                last: structure.versions.last,
            },
            Self::Always | Self::Never => structure.versions,
        }
    }
}

impl Unit<'_> {
    /// How `structure` is encoded. Only the headers differ between request and response.
    pub(crate) fn flexible(&self, structure: &Struct) -> Flexible {
        let message = if structure.name == self.api.response.body.name {
            &self.api.response
        } else {
            &self.api.request
        };
        match message.flexible {
            Some(first) if first <= structure.versions.first => Flexible::Always,
            Some(first) if first <= structure.versions.last => Flexible::From(first),
            _ => Flexible::Never,
        }
    }

    /// The condition for `versions` where the version is known to be `within`.
    pub(crate) fn condition(&self, versions: Versions, within: Versions) -> Option<String> {
        let Versions { first, last } = versions;
        match (first > within.first, last < within.last) {
            (false, false) => None,
            (true, false) => Some(format!("version >= {first}")),
            (false, true) => Some(format!("version <= {last}")),
            (true, true) if first == last => Some(format!("version == {first}")),
            (true, true) => Some(format!("({first}..={last}).contains(&version)")),
        }
    }

    /// Which of the two messages leads to `structure`; the request where both do.
    pub(crate) fn side(&self, structure: &Struct) -> Side {
        if self.leads_to(&self.api.request.body, structure) {
            Side::Request
        } else {
            Side::Response
        }
    }

    fn leads_to(&self, from: &Struct, to: &Struct) -> bool {
        from.name == to.name
            || from.fields.iter().any(|field| match &field.kind {
                Kind::Struct(name) => self
                    .api
                    .structure(name)
                    .is_some_and(|next| self.leads_to(next, to)),
                _ => false,
            })
    }
}

/// Whether `code` names the variable.
pub(crate) fn uses(code: &str, variable: &str) -> bool {
    code.split(|c: char| !c.is_alphanumeric() && c != '_')
        .any(|word| word == variable)
}
