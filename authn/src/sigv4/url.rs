//! The presigned URL that is an OAUTHBEARER token of Amazon MSK: https, a bare host, the root,
//! every parameter once and none unknown.
//!
//! Signers differ in the order of parameters and in escapes; the values are what counts. `+` is
//! refused where it is signed, because it means a blank to some and itself to others.

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::{Values, percent};

/// Signers of MSK leave the padding out; some frameworks put it back.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
/// Longest user agent that is kept; longer ones are dropped.
const USER_AGENT_BYTES_MAX: usize = 256;

/// The URL in a token.
pub(super) fn of_token(token: &str) -> Result<String, &'static str> {
    let bytes = BASE64.decode(token).map_err(|_| "no base64url")?;
    String::from_utf8(bytes).map_err(|_| "no presigned URL")
}

pub(super) fn values(url: &str) -> Result<Values, &'static str> {
    if !url.bytes().all(|byte| byte.is_ascii_graphic()) || url.contains('#') {
        return Err("no presigned URL");
    }
    let rest = url.strip_prefix("https://").ok_or("no https URL")?;
    let (place, query) = rest.split_once('?').ok_or("a URL without parameters")?;
    let host = place.strip_suffix('/').unwrap_or(place);
    // Neither a path, a port nor a user.
    if host.contains(['/', ':', '@', '%', '\\']) {
        return Err("a URL that is not the root of a host");
    }
    let mut values = Values {
        host: host.to_owned(),
        ..Values::default()
    };
    let mut seen = 0_u32;
    for parameter in query.split('&') {
        let (name, value) = parameter.split_once('=').ok_or("a parameter without =")?;
        let bit = take(&mut values, name, value)?;
        if seen & bit != 0 {
            return Err("a parameter twice");
        }
        seen |= bit;
    }
    Ok(values)
}

/// Takes one parameter; answers the bit that stands for it.
fn take(values: &mut Values, name: &str, value: &str) -> Result<u32, &'static str> {
    if name == "User-Agent" {
        // Not signed; Go writes blanks as +.
        let text = percent::decode(&value.replace('+', " "));
        values.user_agent = text.filter(|text| text.len() <= USER_AGENT_BYTES_MAX);
        return Ok(1);
    }
    if value.contains('+') {
        return Err("a + in a signed parameter");
    }
    let value = percent::decode(value).ok_or("a broken escape")?;
    let (place, bit) = match name {
        "Action" => (&mut values.action, 1 << 1),
        "X-Amz-Algorithm" => (&mut values.algorithm, 1 << 2),
        "X-Amz-Credential" => (&mut values.credential, 1 << 3),
        "X-Amz-Date" => (&mut values.date, 1 << 4),
        "X-Amz-Expires" => (&mut values.expires, 1 << 5),
        "X-Amz-Security-Token" => (values.session_token.get_or_insert_default(), 1 << 6),
        "X-Amz-SignedHeaders" => (&mut values.signed_headers, 1 << 7),
        "X-Amz-Signature" => (&mut values.signature, 1 << 8),
        _ => return Err("an unknown parameter"),
    };
    *place = value;
    Ok(bit)
}
