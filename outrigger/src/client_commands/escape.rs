//! Bytes in arguments that a shell makes hard to type: `\n`, `\t`, `\0`, `\x1f`.

/// The bytes that `text` stands for. A backslash before anything else is an error.
pub(crate) fn unescape(text: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        match rest.next() {
            Some('n') => bytes.push(b'\n'),
            Some('r') => bytes.push(b'\r'),
            Some('t') => bytes.push(b'\t'),
            Some('0') => bytes.push(0),
            Some('\\') => bytes.push(b'\\'),
            Some('x') => {
                let digits: String = rest.by_ref().take(2).collect();
                let byte = u8::from_str_radix(&digits, 16).ok();
                let byte = byte.filter(|_| digits.len() == 2);
                bytes.push(byte.ok_or_else(|| format!("\\x{digits} is no byte; write \\x1f"))?);
            }
            other => {
                let other = other.map(String::from).unwrap_or_default();
                return Err(format!(
                    "unknown escape \\{other}; there are \\n \\r \\t \\0 \\xNN \\\\"
                ));
            }
        }
    }
    Ok(bytes)
}

/// An argument of at least one byte.
pub(crate) fn separator(text: &str) -> Result<Separator, String> {
    let bytes = unescape(text)?;
    match bytes.is_empty() {
        true => Err("a separator of no bytes separates nothing".to_owned()),
        false => Ok(Separator(bytes)),
    }
}

/// Bytes that separate, at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Separator(pub(crate) Vec<u8>);

#[cfg(test)]
mod tests;
