//! The line parser of schema files. It stops at the first error.

use super::schema::{Api, Field, Kind, Message, SchemaError, Struct, Versions};

/// Versions of everything, before a file has said its own.
const ALL: Versions = Versions {
    first: 0,
    last: i16::MAX,
};

/// Reads a schema file.
pub(crate) fn api(text: &str) -> Result<Api, SchemaError> {
    let mut parser = Parser {
        lines: text.lines(),
        line: 0,
        structs: Vec::new(),
    };
    let mut api = Api {
        key: None,
        name: String::new(),
        about: String::new(),
        errors: Vec::new(),
        since: Vec::new(),
        structs: Vec::new(),
        request: empty_message(),
        response: empty_message(),
    };
    let mut defaults = (ALL, None);
    while let Some(line) = parser.next_line() {
        parser.top_level(line, &mut api, &mut defaults)?;
    }
    api.structs = parser.structs;
    check(&api)?;
    Ok(api)
}

fn empty_message() -> Message {
    let body = Struct {
        name: String::new(),
        versions: ALL,
        fields: Vec::new(),
    };
    Message {
        body,
        flexible: None,
    }
}

struct Parser<'a> {
    lines: std::str::Lines<'a>,
    line: usize,
    structs: Vec<Struct>,
}

impl<'a> Parser<'a> {
    /// The next line that says something, without its comment.
    fn next_line(&mut self) -> Option<&'a str> {
        for line in self.lines.by_ref() {
            self.line += 1;
            let line = match line.split_once('#') {
                Some((before, _)) => before.trim(),
                None => line.trim(),
            };
            if !line.is_empty() {
                return Some(line);
            }
        }
        None
    }

    fn fail<T>(&self, fault: impl Into<String>) -> Result<T, SchemaError> {
        Err(SchemaError {
            line: self.line,
            fault: fault.into(),
        })
    }

    fn need<T>(&self, value: Option<T>, fault: &str) -> Result<T, SchemaError> {
        value.ok_or_else(|| SchemaError {
            line: self.line,
            fault: fault.to_owned(),
        })
    }

    fn top_level(
        &mut self,
        line: &str,
        api: &mut Api,
        defaults: &mut (Versions, Option<i16>),
    ) -> Result<(), SchemaError> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = rest.trim();
        match word {
            "api" => {
                let (key, name) = self.need(rest.split_once(' '), "`api KEY NAME` is needed")?;
                api.key = Some(self.need(key.parse().ok(), "the key is no number")?);
                api.name = name.to_owned();
            }
            "header" => api.name = "Header".to_owned(),
            "versions" => {
                defaults.0 = self.need(Versions::parse(rest, ALL), "these are no versions")?;
            }
            "flexible" => defaults.1 = self.flexible(rest)?,
            "about" => api.about = self.quoted(rest)?,
            "errors" => api.errors.extend(rest.split(' ').map(str::to_owned)),
            "since" => {
                let (version, text) = self.need(rest.split_once(' '), "`since V \"…\"`")?;
                let version = self.need(version.parse().ok(), "the version is no number")?;
                api.since.push((version, self.quoted(text)?));
            }
            "struct" => {
                let name = self
                    .need(rest.strip_suffix('{'), "`struct NAME {` is needed")?
                    .trim();
                self.structure(name.to_owned(), defaults.0)?;
            }
            "request" => api.request = self.message(&api.name, "Request", rest, *defaults)?,
            "response" => api.response = self.message(&api.name, "Response", rest, *defaults)?,
            _ => return self.fail(format!("unknown word `{word}`")),
        }
        Ok(())
    }

    fn flexible(&self, text: &str) -> Result<Option<i16>, SchemaError> {
        if text == "none" {
            return Ok(None);
        }
        let first = text.strip_suffix('+').and_then(|first| first.parse().ok());
        self.need(first, "`flexible N+` or `flexible none` is needed")
            .map(Some)
    }

    fn quoted(&self, text: &str) -> Result<String, SchemaError> {
        let inner = text.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
        self.need(inner, "a quoted text is needed")
            .map(str::to_owned)
    }

    /// A message; `rest` is `{`, or versions of its own before it.
    fn message(
        &mut self,
        api: &str,
        suffix: &str,
        rest: &str,
        (mut versions, mut flexible): (Versions, Option<i16>),
    ) -> Result<Message, SchemaError> {
        let own = self.need(rest.strip_suffix('{'), "`{` is needed")?.trim();
        if let Some((own_versions, own_flexible)) = own.split_once(" flexible ") {
            versions = self.need(Versions::parse(own_versions, ALL), "these are no versions")?;
            flexible = self.flexible(own_flexible)?;
        }
        let prefix = if api == "Header" {
            format!("{suffix}Header")
        } else {
            format!("{api}{suffix}")
        };
        let fields = self.fields(versions)?;
        Ok(Message {
            body: Struct {
                name: prefix,
                versions,
                fields,
            },
            flexible,
        })
    }

    fn structure(&mut self, name: String, versions: Versions) -> Result<(), SchemaError> {
        if self.structs.iter().any(|s| s.name == name) {
            return self.fail(format!("structure {name} is defined twice"));
        }
        // Outer structures come before the ones inside them.
        let place = self.structs.len();
        self.structs.push(Struct {
            name,
            versions,
            fields: Vec::new(),
        });
        let fields = self.fields(versions)?;
        match self.structs.get_mut(place) {
            Some(structure) => structure.fields = fields,
            None => return self.fail("a structure was lost"),
        }
        Ok(())
    }

    /// The fields up to the closing brace.
    fn fields(&mut self, within: Versions) -> Result<Vec<Field>, SchemaError> {
        let mut fields: Vec<Field> = Vec::new();
        loop {
            let Some(line) = self.next_line() else {
                return self.fail("the file ends inside `{`");
            };
            if line == "}" {
                return Ok(fields);
            }
            let (line, opens) = match line.strip_suffix('{') {
                Some(line) => (line.trim(), true),
                None => (line, false),
            };
            let mut words = line.split_whitespace();
            let name = words.next().unwrap_or_default();
            let field = Field::parse(name, words, within);
            let field = self.need(field, "`NAME TYPE [VERSIONS] [ATTRIBUTES]` is needed")?;
            if fields.iter().any(|f| f.name == field.name) {
                return self.fail(format!("field {name} is defined twice"));
            }
            match (&field.kind, opens) {
                (Kind::Struct(name), true) => self.structure(name.clone(), field.versions)?,
                (_, true) => return self.fail("only a structure has fields"),
                (_, false) => {}
            }
            fields.push(field);
        }
    }
}

/// What only the whole file can say: every structure exists, in the versions that use it.
fn check(api: &Api) -> Result<(), SchemaError> {
    let fail = |fault: String| Err(SchemaError { line: 0, fault });
    if api.name.is_empty() || api.about.is_empty() {
        return fail("`api KEY NAME` and `about` are needed".to_owned());
    }
    let bodies = [&api.request.body, &api.response.body];
    for structure in bodies.into_iter().chain(&api.structs) {
        for field in &structure.fields {
            let Kind::Struct(name) = &field.kind else {
                continue;
            };
            match api.structure(name) {
                None => return fail(format!("field {}: no structure {name}", field.name)),
                Some(used) if !used.versions.contain(field.versions) => {
                    return fail(format!(
                        "field {} has versions that {name} lacks",
                        field.name
                    ));
                }
                Some(_) if field.tag.is_some() && field.nullable.is_some() && !field.array => {
                    return fail(format!(
                        "field {}: a tagged structure is never null",
                        field.name
                    ));
                }
                Some(_) => {}
            }
        }
        for field in structure.fields.iter().filter(|field| field.tag.is_some()) {
            if field.versions.last != structure.versions.last {
                return fail(format!(
                    "tagged field {} ends before {}",
                    field.name, structure.name
                ));
            }
        }
    }
    Ok(())
}
