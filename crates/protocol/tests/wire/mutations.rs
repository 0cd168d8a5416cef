//! The fuzz targets' properties without a fuzzer: captured frames and random messages, bent in
//! the ways that break parsers, from fixed seeds. `cargo xtask fuzz` goes deeper.

use protocol::ApiKey;

use crate::random::{Random, message};
use crate::schemas::Case;
use crate::{properties, vectors};

const INPUTS: usize = 200_000;

/// Numbers that lengths and counts stumble over, as they stand on the wire.
const EDGES: [&[u8]; 10] = [
    b"\x00",
    b"\xff",
    b"\x7f",
    b"\x80",
    b"\xff\xff",
    b"\x7f\xff",
    b"\x7f\xff\xff\xff",
    b"\xff\xff\xff\xff",
    b"\xff\xff\xff\xff\x0f",
    b"\x80\x80\x80\x80\x80",
];

fn bend(input: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    for _ in 0..1 + random.below(4) {
        let at = random.below(input.len() + 1);
        let end = (at + random.below(16)).min(input.len());
        match random.below(6) {
            0 if at < input.len() => input[at] ^= 1 << random.below(8),
            1 => {
                let edge = EDGES[random.below(EDGES.len())];
                let end = (at + edge.len()).min(input.len());
                input.splice(at..end, edge.iter().copied());
            }
            2 => drop(input.drain(at..end)),
            3 => input.truncate(at),
            4 => {
                let copy = input[at..end].to_vec();
                input.splice(at..at, copy);
            }
            _ => {
                let from = random.below(other.len() + 1);
                let part = &other[from..(from + 24).min(other.len())];
                input.splice(at..end, part.iter().copied());
            }
        }
    }
}

#[track_caller]
fn hammer(seeds: &[Vec<u8>], property: fn(&[u8]) -> bool) {
    let mut random = Random(0x0B5E55ED);
    let mut accepted = 0;
    for _ in 0..INPUTS {
        let mut input = seeds[random.below(seeds.len())].clone();
        bend(&mut input, &seeds[random.below(seeds.len())], &mut random);
        accepted += usize::from(property(&input));
    }
    // All refused or none refused would mean that nothing was tested.
    assert!(
        (INPUTS / 100..INPUTS).contains(&accepted),
        "{accepted} of {INPUTS} accepted"
    );
}

/// Random bodies behind the two bytes that choose API and version.
fn bodies(is_request: bool) -> Vec<Vec<u8>> {
    let mut random = Random(42);
    let cases = Case::all().filter(|case| case.is_request == is_request);
    cases
        .map(|case| {
            let key = ApiKey::ALL.iter().position(|key| *key == case.key).unwrap();
            let version = case.version - case.key.versions().start();
            let mut input = vec![u8::try_from(key).unwrap(), u8::try_from(version).unwrap()];
            input.extend(message(case.api, case.message(), case.version, &mut random));
            input
        })
        .collect()
}

#[test]
fn bent_frames_are_read_or_refused() {
    let vectors = vectors::all();
    let requests = vectors.iter().filter(|vector| vector.is_request);
    hammer(
        &requests.map(|v| v.frame.to_vec()).collect::<Vec<_>>(),
        properties::frame,
    );
}

#[test]
fn bent_requests_are_read_or_refused() {
    hammer(&bodies(true), properties::request);
}

#[test]
fn bent_responses_are_read_or_refused() {
    hammer(&bodies(false), properties::response);
}
