//! Random messages as wire bytes, written from the schema alone: seeds for the fuzz targets, and
//! what the tests of `crates/protocol` feed both codecs. Nothing of the codec under test is used,
//! so a codec that agrees with itself but not with the schema is found out.
//!
//! The bytes are canonical (shortest varints, tagged fields only where they differ from their
//! defaults), so that decoding and encoding must give them back.

use super::schema::{Api, Field, Kind, Message, Struct};

/// A small seeded generator (SplitMix64); tests name their seed and repeat.
#[derive(Debug)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub(crate) fn chance(&mut self, of: usize) -> bool {
        self.below(of) == 0
    }

    /// A big-endian integer of `width` bytes; half of them are the ones that code stumbles over.
    fn integer(&mut self, width: usize, out: &mut Vec<u8>) {
        let value = match self.below(8) {
            0 => 0,
            1 => u64::MAX,
            2 => 1 << (8 * width - 1),
            3 => (1 << (8 * width - 1)) - 1,
            _ => self.next(),
        };
        out.extend_from_slice(&value.to_be_bytes()[8 - width..]);
    }

    fn text(&mut self) -> String {
        const ALPHABET: [char; 8] = ['a', 'Z', '-', '.', '0', 'é', '→', '🦀'];
        let length = match self.below(12) {
            0 => 0,
            1 => 60 + self.below(80),
            _ => 1 + self.below(12),
        };
        (0..length).map(|_| ALPHABET[self.below(8)]).collect()
    }

    fn blob(&mut self) -> Vec<u8> {
        let length = match self.below(12) {
            0 => 0,
            1 => 1000 + self.below(2000),
            _ => self.below(60),
        };
        (0..length).map(|_| self.next() as u8).collect()
    }
}

/// The body of a message in `version`.
pub(crate) fn message(api: &Api, message: &Message, version: i16, random: &mut Random) -> Vec<u8> {
    sized_message(api, message, version, 3, random)
}

/// The same with up to `elements_max` elements in the outermost arrays.
pub(crate) fn sized_message(
    api: &Api,
    message: &Message,
    version: i16,
    elements_max: usize,
    random: &mut Random,
) -> Vec<u8> {
    let flexible = message.is_flexible(version);
    let mut writer = Writer {
        api,
        version,
        flexible,
        elements_max,
        random,
    };
    let mut out = Vec::new();
    writer.structure(&message.body, 0, &mut out);
    out
}

struct Writer<'a> {
    api: &'a Api,
    version: i16,
    flexible: bool,
    elements_max: usize,
    random: &'a mut Random,
}

impl Writer<'_> {
    fn has(&self, field: &Field) -> bool {
        (field.versions.first..=field.versions.last).contains(&self.version)
    }

    fn structure(&mut self, structure: &Struct, depth: usize, out: &mut Vec<u8>) {
        for field in structure.fields.iter().filter(|field| field.tag.is_none()) {
            if self.has(field) {
                self.field(field, depth, out);
            }
        }
        if !self.flexible {
            return;
        }
        let mut tagged: Vec<&Field> = structure
            .fields
            .iter()
            .filter(|f| f.tag.is_some() && self.has(f))
            .collect();
        tagged.sort_by_key(|field| field.tag);
        let mut section = Vec::new();
        let mut count = 0;
        for field in tagged {
            let mut content = Vec::new();
            self.field(field, depth, &mut content);
            if content != self.default_bytes(field) && !self.random.chance(3) {
                count += 1;
                uvarint(field.tag.unwrap_or_default(), &mut section);
                uvarint(content.len() as u32, &mut section);
                section.extend(content);
            }
        }
        uvarint(count, out);
        out.extend(section);
    }

    fn may_be_null(&self, field: &Field) -> bool {
        field
            .nullable
            .is_some_and(|n| (n.first..=n.last).contains(&self.version))
    }

    fn field(&mut self, field: &Field, depth: usize, out: &mut Vec<u8>) {
        let flexible = self.flexible && !field.classic;
        let null = self.may_be_null(field) && self.random.chance(4);
        if field.array {
            if null {
                return length(None, flexible, out);
            }
            let count = self
                .random
                .below(if depth == 0 { self.elements_max + 1 } else { 3 });
            length(Some(count), flexible, out);
            (0..count).for_each(|_| self.element(field, depth, out));
        } else if null {
            match field.kind {
                Kind::Struct(_) => out.push(0xff),
                Kind::String if !flexible => out.extend([0xff, 0xff]),
                _ => length(None, flexible, out),
            }
        } else {
            if matches!(field.kind, Kind::Struct(_)) && self.may_be_null(field) {
                out.push(1);
            }
            self.element(field, depth, out);
        }
    }

    fn element(&mut self, field: &Field, depth: usize, out: &mut Vec<u8>) {
        let flexible = self.flexible && !field.classic;
        match &field.kind {
            Kind::Bool => out.push(self.random.below(2) as u8),
            Kind::Int8 => self.random.integer(1, out),
            Kind::Int16 | Kind::Uint16 => self.random.integer(2, out),
            Kind::Int32 => self.random.integer(4, out),
            Kind::Int64 => self.random.integer(8, out),
            Kind::Float64 => {
                let value = self.random.below(1 << 40) as f64 / 7.0;
                out.extend(value.to_be_bytes());
            }
            Kind::Uuid if self.random.chance(8) => out.extend([0; 16]),
            Kind::Uuid => {
                out.extend(self.random.next().to_be_bytes());
                out.extend(self.random.next().to_be_bytes());
            }
            Kind::String => string(&self.random.text(), flexible, out),
            Kind::Bytes | Kind::Records => {
                let blob = self.random.blob();
                length(Some(blob.len()), flexible, out);
                out.extend(blob);
            }
            Kind::Struct(name) => {
                if let Some(structure) = self.api.structure(name) {
                    self.structure(structure, depth + 1, out);
                }
            }
        }
    }

    /// The default of a tagged field as its bytes; a tagged field is always in compact form.
    fn default_bytes(&self, field: &Field) -> Vec<u8> {
        let mut out = Vec::new();
        let spelled = field.default.as_deref();
        if field.array || spelled == Some("null") {
            let null = spelled == Some("null");
            length(if null { None } else { Some(0) }, true, &mut out);
            return out;
        }
        let number = || match spelled {
            None => 0,
            Some("0x7fffffff") => i64::from(i32::MAX),
            Some(number) => number.parse().unwrap_or_default(),
        };
        match &field.kind {
            Kind::Bool => out.push(u8::from(spelled == Some("true"))),
            Kind::Int8 => out.extend((number() as i8).to_be_bytes()),
            Kind::Int16 | Kind::Uint16 => out.extend((number() as i16).to_be_bytes()),
            Kind::Int32 => out.extend((number() as i32).to_be_bytes()),
            Kind::Int64 => out.extend(number().to_be_bytes()),
            Kind::Float64 => out.extend(0_f64.to_be_bytes()),
            Kind::Uuid => out.extend([0; 16]),
            Kind::String | Kind::Bytes | Kind::Records => out.push(1),
            Kind::Struct(name) => {
                let structure = self.api.structure(name);
                for inner in structure.iter().flat_map(|structure| &structure.fields) {
                    if inner.tag.is_none() && self.has(inner) {
                        out.extend(self.default_bytes(inner));
                    }
                }
                out.push(0);
            }
        }
        out
    }
}

fn string(text: &str, flexible: bool, out: &mut Vec<u8>) {
    if flexible {
        uvarint(text.len() as u32 + 1, out);
    } else {
        out.extend((text.len() as u16).to_be_bytes());
    }
    out.extend(text.as_bytes());
}

/// The count before an array or the length before bytes; `None` is null.
fn length(length: Option<usize>, flexible: bool, out: &mut Vec<u8>) {
    match (length, flexible) {
        (Some(length), true) => uvarint(length as u32 + 1, out),
        (Some(length), false) => out.extend((length as u32).to_be_bytes()),
        (None, true) => out.push(0),
        (None, false) => out.extend([0xff; 4]),
    }
}

pub(crate) fn uvarint(mut value: u32, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
