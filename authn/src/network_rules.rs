//! Who may connect at all, by network: rules in the manner of security groups, per listener.
//!
//! A line of the file is one rule, `#` begins a comment:
//!
//! ```text
//! # listener     verdict  networks
//! CLIENT_IAM     allow    10.0.0.0/8 2001:db8::/32
//! CLIENT_IAM     deny     10.66.0.0/16
//! *              deny     192.0.2.7
//! ```
//!
//! A deny that matches wins; else, where a listener (or `*`) has an allow, one must match; a
//! listener without any allow takes everybody. Order does not matter. It reads no file itself.

use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::net::IpAddr;
use std::sync::Arc;

use arc_swap::ArcSwap;
use authz::canonical_network;
use ipnet::IpNet;

/// Longest file, in bytes: tens of thousands of networks.
pub const FILE_BYTES_MAX: u64 = 1 << 20;
/// Problems that are told at once.
const PROBLEMS_MAX: usize = 20;
/// Rules of this name hold for every listener.
const EVERY: &str = "*";

/// The rules in force; readers take no lock.
#[derive(Debug, Default)]
pub struct NetworkRules(ArcSwap<Rules>);

/// The rules of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules(HashMap<String, Lists>);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Lists {
    allow: Vec<IpNet>,
    deny: Vec<IpNet>,
}

/// Why an address may not connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A deny matches.
    #[error("network rule deny {0}")]
    Denied(IpNet),
    /// There are allows, and none matches.
    #[error("no network rule allows this address")]
    NotAllowed,
}

/// What is wrong with a file: every line with its remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulesError(Vec<String>);

impl fmt::Display for RulesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("; "))
    }
}

impl std::error::Error for RulesError {}

impl NetworkRules {
    /// Puts other rules in force for connections to come.
    pub fn replace(&self, rules: Rules) {
        self.0.store(Arc::new(rules));
    }

    /// Whether `address` may connect to `listener`.
    pub fn check(&self, listener: &str, address: IpAddr) -> Result<(), Refusal> {
        self.0.load().check(listener, address)
    }
}

impl Rules {
    /// Reads a file's text. Names of listeners must be among `listeners`: a rule for another one
    /// would protect nothing.
    pub fn parse(text: &str, listeners: &[&str]) -> Result<Self, RulesError> {
        let mut rules: HashMap<String, Lists> = HashMap::new();
        let mut problems = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let rule = line.split('#').next().unwrap_or_default().trim();
            if rule.is_empty() {
                continue;
            }
            if let Err(problem) = add(&mut rules, rule, listeners) {
                if problems.len() == PROBLEMS_MAX {
                    problems.push("and more".to_owned());
                    break;
                }
                let mut text = String::new();
                let _ = write!(text, "line {}: {problem}", number + 1);
                problems.push(text);
            }
        }
        if problems.is_empty() {
            Ok(Self(rules))
        } else {
            Err(RulesError(problems))
        }
    }

    /// How many networks the rules name.
    pub fn count(&self) -> usize {
        self.0.values().map(|l| l.allow.len() + l.deny.len()).sum()
    }

    fn check(&self, listener: &str, address: IpAddr) -> Result<(), Refusal> {
        let address = address.to_canonical();
        let lists = [self.0.get(listener), self.0.get(EVERY)];
        let lists = || lists.into_iter().flatten();
        let denied = lists()
            .flat_map(|lists| &lists.deny)
            .find(|network| network.contains(&address));
        if let Some(network) = denied {
            return Err(Refusal::Denied(*network));
        }
        let mut allows = lists().flat_map(|lists| &lists.allow).peekable();
        if allows.peek().is_none() || allows.any(|network| network.contains(&address)) {
            return Ok(());
        }
        Err(Refusal::NotAllowed)
    }
}

fn add(rules: &mut HashMap<String, Lists>, rule: &str, listeners: &[&str]) -> Result<(), String> {
    let mut words = rule.split_whitespace();
    let name = words.next().unwrap_or_default().to_uppercase();
    if name != EVERY && !listeners.contains(&name.as_str()) {
        let known = listeners.join(", ");
        return Err(format!(
            "no listener is called {name}; there are {known} and *"
        ));
    }
    let verdict = words.next().unwrap_or_default();
    let mut networks = Vec::new();
    for word in words {
        networks.push(network(word)?);
    }
    if networks.is_empty() {
        return Err(format!(
            "{rule} names no network; write {name} allow 10.0.0.0/8"
        ));
    }
    let lists = rules.entry(name).or_default();
    match verdict {
        "allow" => lists.allow.extend(networks),
        "deny" => lists.deny.extend(networks),
        other => return Err(format!("{other} is neither allow nor deny")),
    }
    Ok(())
}

/// A network, or one address; bits below its prefix are most likely a slip.
fn network(word: &str) -> Result<IpNet, String> {
    if let Ok(address) = word.parse::<IpAddr>() {
        return Ok(address.to_canonical().into());
    }
    let network: IpNet = word
        .parse()
        .map_err(|_| format!("{word} is no network such as 10.0.0.0/8 or 2001:db8::/32"))?;
    if network.trunc() != network {
        return Err(format!(
            "{word} has bits beyond its prefix; {} is meant?",
            network.trunc()
        ));
    }
    Ok(canonical_network(network))
}

#[cfg(test)]
mod tests {
    use super::{NetworkRules, Rules};

    const LISTENERS: [&str; 2] = ["CLIENT_IAM", "CLIENT_SECURE"];

    #[test]
    fn a_deny_wins_and_an_allow_shuts_the_rest_out() {
        let text = "# comment\n\
                    CLIENT_IAM allow 10.0.0.0/8 2001:db8::/32 # office\n\
                    client_iam deny 10.66.0.0/16\n\
                    * deny 192.0.2.7 ::ffff:198.51.100.0/120\n";
        let rules = NetworkRules::default();
        let everybody = rules.check("CLIENT_IAM", "203.0.113.1".parse().unwrap());
        assert_eq!(everybody, Ok(()));
        rules.replace(Rules::parse(text, &LISTENERS).unwrap());
        let cases = [
            ("CLIENT_IAM", "10.1.2.3", true),
            ("CLIENT_IAM", "::ffff:10.1.2.3", true),
            ("CLIENT_IAM", "10.66.0.1", false),
            ("CLIENT_IAM", "2001:db8::9", true),
            ("CLIENT_IAM", "203.0.113.1", false),
            ("CLIENT_IAM", "192.0.2.7", false),
            ("CLIENT_SECURE", "203.0.113.1", true),
            ("CLIENT_SECURE", "192.0.2.7", false),
            ("CLIENT_SECURE", "::ffff:192.0.2.7", false),
            ("CLIENT_SECURE", "198.51.100.9", false),
            ("CLIENT_SECURE", "198.51.101.9", true),
        ];
        for (listener, address, allowed) in cases {
            let checked = rules.check(listener, address.parse().unwrap());
            assert_eq!(checked.is_ok(), allowed, "{listener} {address}");
        }
    }

    #[test]
    fn a_broken_file_is_told_by_line() {
        let cases = [
            (
                "CLIENT_SCRAM allow 10.0.0.0/8",
                "line 1: no listener is called CLIENT_SCRAM",
            ),
            (
                "\nCLIENT_IAM permit 10.0.0.0/8",
                "line 2: permit is neither allow nor deny",
            ),
            ("CLIENT_IAM allow", "names no network"),
            ("CLIENT_IAM allow 10.0.0.0/33", "10.0.0.0/33 is no network"),
            ("CLIENT_IAM allow 10.0.0.1/8", "10.0.0.0/8 is meant?"),
            ("* deny example.com", "example.com is no network"),
        ];
        for (text, part) in cases {
            let error = Rules::parse(text, &LISTENERS).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
        let many = "x\n".repeat(1000);
        assert!(Rules::parse(&many, &LISTENERS).unwrap_err().0.len() < 30);
    }
}
