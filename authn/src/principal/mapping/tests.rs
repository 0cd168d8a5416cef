//! Certificates and who they are, by each source of principals.

use super::*;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, SanType};

/// A certificate with these parts of a name, in this order, and these alternative names.
fn certificate(parts: &[(DnType, &str)], names: Vec<SanType>) -> CertificateDer<'static> {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    for (kind, value) in parts {
        params.distinguished_name.push(kind.clone(), *value);
    }
    params.subject_alt_names = names;
    let key = KeyPair::generate().unwrap();
    params.self_signed(&key).unwrap().der().clone()
}

fn mapping(source: &str) -> PrincipalMapping {
    PrincipalMapping::parse(source, None).unwrap()
}

#[track_caller]
fn check(source: &str, der: &CertificateDer<'_>, expected: Result<&str, &str>) {
    let principal = mapping(source).principal(Some(der));
    let principal = principal.map(|principal| principal.to_string());
    let principal = principal.map_err(|error| error.to_string());
    assert_eq!(
        principal
            .as_ref()
            .map(String::as_str)
            .map_err(String::as_str),
        expected
    );
}

#[test]
fn without_a_certificate_one_is_anonymous() {
    let principal = mapping("msk").principal(None).unwrap();
    assert_eq!(principal.to_string(), "User:ANONYMOUS");
}

#[test]
fn the_default_is_javas_text() {
    let alice = [
        (DnType::CommonName, "alice"),
        (DnType::OrganizationalUnitName, "Users"),
        (DnType::CountryName, "FR"),
    ];
    check(
        "dn",
        &certificate(&alice, vec![]),
        Ok("User:C=FR,OU=Users,CN=alice"),
    );
    check(
        "dn",
        &certificate(&[], vec![]),
        Err("the certificate gives an empty name"),
    );
}

#[test]
fn the_rule_of_msk_takes_the_last_common_name() {
    let unit = (DnType::OrganizationalUnitName, "CN=admin");
    let name = (DnType::CommonName, "mallory");
    check(
        "msk",
        &certificate(&[unit.clone(), name.clone()], vec![]),
        Ok("User:CN=mallory"),
    );
    // The escape stands before the `=`, so the rule does not see a CN in the unit.
    check(
        "msk",
        &certificate(&[name, unit], vec![]),
        Ok("User:CN=mallory"),
    );
    let tricky = [(DnType::CommonName, "alice,CN=admin")];
    check("msk", &certificate(&tricky, vec![]), Ok("User:CN=alice"));
    let none = [(DnType::OrganizationName, "Example")];
    check("msk", &certificate(&none, vec![]), Ok("User:O=Example"));
}

#[test]
fn the_rule_of_msk_makes_nobody_of_an_empty_capture() {
    for value in ["ålice", " bob", "#root"] {
        let principal =
            mapping("msk").principal(Some(&certificate(&[(DnType::CommonName, value)], vec![])));
        assert!(
            matches!(principal, Err(NoPrincipal::EmptyCapture(_))),
            "{value}: {principal:?}"
        );
    }
}

#[test]
fn a_name_that_no_rule_matches_is_nobody() {
    let rules = PrincipalMapping::parse("dn", Some("RULE:^CN=(.*)$/$1/")).unwrap();
    let good = certificate(&[(DnType::CommonName, "a b")], vec![]);
    assert_eq!(
        rules.principal(Some(&good)).unwrap().to_string(),
        "User:a b"
    );
    let other = certificate(&[(DnType::OrganizationName, "x")], vec![]);
    assert_eq!(
        rules.principal(Some(&other)),
        Err(NoPrincipal::NoRule("O=x".to_owned()))
    );
}

#[test]
fn alternative_names_and_the_common_name_count_when_there_is_one() {
    let dns = |name: &str| SanType::DnsName(name.to_owned().try_into().unwrap());
    let uri = |name: &str| SanType::URI(name.to_owned().try_into().unwrap());
    let one = certificate(
        &[(DnType::CommonName, "a,CN=b")],
        vec![
            dns("orders.example.org"),
            uri("spiffe://example.org/orders"),
        ],
    );
    check("cn", &one, Ok("User:a,CN=b"));
    check("san_dns", &one, Ok("User:orders.example.org"));
    check("san_uri", &one, Ok("User:spiffe://example.org/orders"));
    let two = certificate(&[], vec![dns("a.example.org"), dns("b.example.org")]);
    check(
        "san_dns",
        &two,
        Err("the certificate has 2 DNS names where exactly one must name its owner"),
    );
    check(
        "san_uri",
        &two,
        Err("the certificate has 0 URIs where exactly one must name its owner"),
    );
    check(
        "cn",
        &two,
        Err("the certificate has 0 common names where exactly one must name its owner"),
    );
    let odd = certificate(&[(DnType::CommonName, "a\nb")], vec![]);
    check(
        "cn",
        &odd,
        Err("the name in the certificate holds a control character"),
    );
}

#[test]
fn an_unknown_source_is_refused() {
    let refused = PrincipalMapping::parse("email", None).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "'email' is not one of dn (ssl.principal.mapping.rules), msk (Amazon MSK's rule), cn, san_dns, san_uri"
    );
    assert!(PrincipalMapping::parse("dn", Some("RULE:(")).is_err());
}
