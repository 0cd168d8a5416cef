//! `name=value,name=value` with percent-encoded values, as OpenTelemetry's variables hold headers and
//! attributes (W3C Baggage without its properties).

/// Reads the pairs; blanks around names and values do not count.
///
/// # Errors
/// What is wrong, without any value: it may be a secret.
pub(super) fn pairs(text: &str) -> Result<Vec<(String, String)>, String> {
    let parts = text.split(',').map(str::trim);
    parts.filter(|part| !part.is_empty()).map(pair).collect()
}

fn pair(text: &str) -> Result<(String, String), String> {
    let wrong = || "it is not of the form name=value,name=value".to_owned();
    let (name, value) = text.split_once('=').ok_or_else(wrong)?;
    let name = name.trim();
    if name.is_empty() {
        return Err(wrong());
    }
    let value = decoded(value.trim());
    let value = value.ok_or_else(|| format!("the value of {name} is not UTF-8 when decoded"))?;
    Ok((name.to_owned(), value))
}

/// `%41` is `A`; a percent sign before anything else is itself.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let hex = after.first_chunk::<2>().and_then(|digits| {
            let text = std::str::from_utf8(digits).ok()?;
            let is_hex = digits.iter().all(u8::is_ascii_hexdigit);
            is_hex.then(|| u8::from_str_radix(text, 16).ok()).flatten()
        });
        match (byte, hex) {
            (b'%', Some(value)) => {
                bytes.push(value);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).ok()
}
