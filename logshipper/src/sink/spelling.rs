//! What regions, roles and endpoints of AWS look like, as far as that can be judged without asking anybody.

/// A region, where AWS is asked and not something at an endpoint, which may have regions of its own.
///
/// # Errors
/// It is none: a sentence with the remedy.
pub fn region(text: &str, has_endpoint: bool) -> Result<(), String> {
    let is_label = (1..=63).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if is_label && (has_endpoint || is_region_of_aws(text)) {
        return Ok(());
    }
    let zone = text.trim_end_matches(|letter: char| letter.is_ascii_lowercase());
    Err(match zone != text && is_region_of_aws(zone) {
        true => format!("\"{text}\" is an availability zone; its region is {zone}"),
        false => format!("\"{text}\" is no region, such as eu-central-1"),
    })
}

/// `us-east-1`, `us-gov-west-1`, `eusc-de-east-1`.
fn is_region_of_aws(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let Some((number, words)) = parts.split_last() else {
        return false;
    };
    let is_word = |word: &&str| word.len() >= 2 && word.bytes().all(|b| b.is_ascii_lowercase());
    let is_number = (1..=2).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    words.len() >= 2 && words.iter().all(is_word) && is_number
}

/// The ARN of a role of IAM.
///
/// # Errors
/// It is none: a sentence with the remedy.
pub fn role_arn(text: &str) -> Result<(), String> {
    let mut parts = text.splitn(6, ':');
    let mut next = || parts.next().unwrap_or_default();
    let is_iam =
        next() == "arn" && next().starts_with("aws") && next() == "iam" && next().is_empty();
    let account = next();
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let role = next().strip_prefix("role/");
    // With its path, which may have any character that is no blank.
    let is_role = role.is_some_and(|role| {
        !role.is_empty() && !role.ends_with('/') && role.bytes().all(|byte| byte.is_ascii_graphic())
    });
    match is_iam && is_account && is_role {
        true => Ok(()),
        false => Err(format!(
            "\"{text}\" is no ARN of a role, such as arn:aws:iam::123456789012:role/logs"
        )),
    }
}

/// A URL that requests can be sent to: with its scheme, which nobody can guess, and a host.
///
/// # Errors
/// It is none: a sentence with the remedy.
pub fn endpoint_url(text: &str) -> Result<(), String> {
    let rest = ["http://", "https://"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme));
    let authority = rest.and_then(|rest| rest.split(['/', '?', '#']).next());
    match authority.is_some_and(is_authority) {
        true => Ok(()),
        false => Err(format!(
            "\"{text}\" is no URL of http:// or https://, such as http://127.0.0.1:4566"
        )),
    }
}

/// A host, and a port behind it where there is a colon.
fn is_authority(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        // The colons of an address in brackets.
        Some((_, rest)) if rest.ends_with(']') => (text, None),
        Some((host, port)) => (host, Some(port)),
        None => (text, None),
    };
    is_host(host) && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0))
}

/// A name, or an address; one of IPv6 in brackets.
fn is_host(text: &str) -> bool {
    let bare = text
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    match bare {
        Some(host) => host.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            !text.is_empty()
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{endpoint_url, region, role_arn};

    #[track_caller]
    fn check(found: Result<(), String>, expected: &str) {
        match found {
            Ok(()) => assert_eq!("", expected),
            Err(told) => assert!(!expected.is_empty() && told.contains(expected), "{told}"),
        }
    }

    #[test]
    fn regions() {
        let no = "is no region, such as eu-central-1";
        for (text, of_aws, at_an_endpoint) in [
            ("us-east-1", "", ""),
            ("us-gov-west-1", "", ""),
            ("us-isob-east-1", "", ""),
            ("eusc-de-east-1", "", ""),
            ("ap-southeast-12", "", ""),
            ("auto", no, ""),
            ("garage", no, ""),
            ("eu-central", no, ""),
            ("eu-west-1a", "its region is eu-west-1", ""),
            ("eu_west_1", no, no),
            ("EU-WEST-1", no, no),
            ("Frankfurt", no, no),
            ("eu-west-1 ", no, no),
            ("", no, no),
        ] {
            check(region(text, false), of_aws);
            check(region(text, true), at_an_endpoint);
        }
    }

    #[test]
    fn roles() {
        let no = "is no ARN of a role";
        for (text, expected) in [
            ("arn:aws:iam::123456789012:role/logs", ""),
            ("arn:aws-cn:iam::123456789012:role/path/to/logs", ""),
            ("logs", no),
            ("arn:aws:iam::123456789012:user/logs", no),
            ("arn:aws:iam::1234:role/logs", no),
            ("arn:aws:iam:eu-west-1:123456789012:role/logs", no),
            ("arn:aws:sts::123456789012:assumed-role/logs/x", no),
            ("arn:aws:iam::123456789012:role/", no),
            ("arn:aws:iam::123456789012:role/my logs", no),
        ] {
            check(role_arn(text), expected);
        }
    }

    #[test]
    fn endpoints() {
        let no = "is no URL of http:// or https://";
        for (text, expected) in [
            ("http://127.0.0.1:4566", ""),
            ("https://minio.example.com", ""),
            ("https://minio.example.com:9000/path", ""),
            ("http://[::1]:4566", ""),
            ("http://[::1]", ""),
            ("http://local_stack:4566/", ""),
            ("localhost:4566", no),
            ("ftp://localhost", no),
            ("http://", no),
            ("http:///x", no),
            ("http://:4566", no),
            ("http://localhost:", no),
            ("http://localhost:99999", no),
            ("http://localhost:0", no),
            ("http://local host", no),
            ("http://[::1:4566", no),
        ] {
            check(endpoint_url(text), expected);
        }
    }
}
