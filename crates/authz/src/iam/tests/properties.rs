//! What must hold for all policies.

use super::World;
use super::random::{policy, question, statement, statements, world};
use crate::iam::pattern::{Pattern, Syntax};
use crate::iam::policies::Tags;
use crate::iam::request::{Arn, Request};
use crate::iam::truth::Truth;
use crate::iam::{IamAction, Policy, PolicyKind};
use proptest::prelude::*;

const BOTH: &[&str] = &["Allow", "Deny"];
const ALLOW: &[&str] = &["Allow"];
const DENY: &[&str] = &["Deny"];

/// Wildcards by their definition, without any thought of speed.
fn naive(pattern: &[char], text: &[char]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some(('*', after)), _) => (0..=text.len()).any(|taken| naive(after, &text[taken..])),
        (Some(('?', after)), Some((_, rest))) => naive(after, rest),
        (Some((letter, after)), Some((other, rest))) => letter == other && naive(after, rest),
        _ => false,
    }
}

fn matches(pattern: &str, text: &str) -> bool {
    let syntax = Syntax {
        wildcards: true,
        variables: false,
    };
    let pattern = Pattern::compile(pattern, syntax).unwrap();
    World::default().ask(|subject| {
        let request = Request {
            action: IamAction::ReadData,
            resource: Arn::parse("arn:a:b:c:d:e").unwrap(),
            subject,
            caller: subject.iam.unwrap(),
            principal_tags: Tags::NONE,
            session_tags: Tags::NONE,
            resource_tags: Tags::NONE,
            assume_role: None,
        };
        pattern.matches(text, &request) == Truth::Yes
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn wildcards_are_what_they_are_defined_to_be(pattern in "[ab*?é]{0,8}", text in "[ab*?é]{0,10}") {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        prop_assert_eq!(matches(&pattern, &text), naive(&chars(&pattern), &chars(&text)));
    }

    #[test]
    fn another_denial_never_grants(
        own in statements(BOTH, 4),
        boundary in statements(BOTH, 2),
        denial in statement(DENY),
        layer in 0..3,
        (action, name) in question(),
    ) {
        let before = World { boundary: policy(&boundary), ..world(policy(&own)) };
        let mut after = before.clone();
        let denial = policy(&[denial]).unwrap();
        match layer {
            0 => after.user.push(denial),
            1 => {
                let boundary = boundary.into_iter().chain([denial_of(&denial)]);
                after.boundary = before.boundary.as_ref().and_then(|_| policy(&boundary.collect::<Vec<_>>()));
            }
            _ => after.cluster = Some(denial.replace(r#""Effect""#, r#""Principal": "*", "Effect""#)),
        }
        prop_assert!(before.allows(action, &name) || !after.allows(action, &name));
    }

    #[test]
    fn another_allowance_never_revokes(
        own in statements(BOTH, 4),
        allowance in statement(ALLOW),
        (action, name) in question(),
    ) {
        let before = world(policy(&own));
        let mut after = before.clone();
        after.user.extend(policy(&[allowance]));
        prop_assert!(!before.allows(action, &name) || after.allows(action, &name));
    }

    #[test]
    fn a_bound_never_grants(
        own in statements(BOTH, 4),
        bound in statements(BOTH, 3),
        (action, name) in question(),
    ) {
        let before = world(policy(&own));
        let after = World { boundary: policy(&bound), ..before.clone() };
        prop_assert!(before.allows(action, &name) || !after.allows(action, &name));
        let session = World { as_session: true, role: before.user.clone(), ..before.clone() };
        let limited = World { session: policy(&bound).into_iter().collect(), ..session.clone() };
        prop_assert!(session.allows(action, &name) || !limited.allows(action, &name));
    }

    #[test]
    fn order_and_division_do_not_matter(
        (own, shuffled) in statements(BOTH, 6).prop_flat_map(|own| (Just(own.clone()), Just(own).prop_shuffle())),
        (action, name) in question(),
    ) {
        let one = world(policy(&own));
        let many = world(shuffled.iter().filter_map(|statement| policy(std::slice::from_ref(statement))));
        prop_assert_eq!(one.allows(action, &name), many.allows(action, &name));
    }

    #[test]
    fn a_changed_text_is_a_policy_or_an_error(
        own in statements(BOTH, 3),
        at in any::<prop::sample::Index>(),
        with in prop::sample::select(vec!["", "\"", "{", "}", "[", "]", ":", ",", "${", "null", "*", "\u{0}", "é"]),
    ) {
        let text = policy(&own).unwrap_or_default();
        let places: Vec<usize> = text.char_indices().map(|(place, _)| place).collect();
        let place = if places.is_empty() { 0 } else { *at.get(&places) };
        let after = text[place..].chars().next().map_or(0, char::len_utf8);
        let changed = format!("{}{with}{}", &text[..place], &text[place + after..]);
        for kind in [PolicyKind::Identity, PolicyKind::Resource, PolicyKind::Trust] {
            if let Err(error) = Policy::parse(kind, "p", &changed) {
                prop_assert!(!error.problem.is_empty());
            }
        }
    }
}

/// The statement of a policy of one.
fn denial_of(policy: &str) -> String {
    let start = policy.find('[').unwrap() + 1;
    policy[start..policy.len() - 2].to_owned()
}
