//! Frames of real clients and of Apache Kafka 4.3.1, captured between them: read whole, read
//! right, and written back byte for byte.
//!
//! `vectors/<api>/v<version>-<client>-<request|response>.hex` is a frame without its length, as
//! hex; the `.txt` beside it is what it says. A missing or different `.txt` fails the test, which
//! leaves its own reading under the target folder to be looked at and copied.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use protocol::frame::{decode_request, decode_response, encode_request, encode_response};
use protocol::{ApiKey, Response, features};

use crate::names;

/// A captured frame.
#[derive(Debug)]
pub(crate) struct Vector {
    pub(crate) path: PathBuf,
    pub(crate) key: ApiKey,
    pub(crate) version: i16,
    pub(crate) is_request: bool,
    pub(crate) frame: Bytes,
}

/// All of them, in the order of their names.
pub(crate) fn all() -> Vec<Vector> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let mut vectors = Vec::new();
    for api in fs::read_dir(folder).unwrap() {
        let api = api.unwrap().path();
        let name = api.file_name().unwrap().to_str().unwrap();
        let of_name = |key: &&ApiKey| names::snake(key.name()) == name;
        let key = *ApiKey::ALL.iter().find(of_name).unwrap();
        for file in fs::read_dir(&api).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|e| e == "hex") {
                vectors.push(vector(path, key));
            }
        }
    }
    vectors.sort_by(|a, b| a.path.cmp(&b.path));
    vectors
}

fn vector(path: PathBuf, key: ApiKey) -> Vector {
    let stem = path.file_stem().unwrap().to_str().unwrap();
    let version = stem.strip_prefix('v').and_then(|s| s.split('-').next());
    let version = version.unwrap().parse().unwrap();
    let is_request = stem.ends_with("-request");
    assert!(
        is_request || stem.ends_with("-response"),
        "{stem} says no direction"
    );
    let hex: Vec<u8> = fs::read(&path)
        .unwrap()
        .into_iter()
        .filter(|b| *b != b'\n')
        .collect();
    let bytes = hex
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap());
    let frame = bytes.collect();
    Vector {
        path,
        key,
        version,
        is_request,
        frame,
    }
}

/// What a frame says, and the frame written again.
fn read(vector: &Vector) -> (String, Bytes) {
    let frame = vector.frame.clone();
    if vector.is_request {
        let decoded = decode_request(frame).unwrap();
        assert_eq!(decoded.request.api_key(), vector.key);
        assert_eq!(decoded.header.request_api_version, vector.version);
        let rope = encode_request(&decoded.header, &decoded.request).unwrap();
        (
            format!("{:?}\n{:?}\n", decoded.header, decoded.request),
            rope.to_bytes(),
        )
    } else {
        let (header, body) = decode_response(frame, vector.key, vector.version).unwrap();
        let rope =
            encode_response(header.correlation_id, vector.key, vector.version, &body).unwrap();
        (format!("{header:?}\n{body:?}\n"), rope.to_bytes())
    }
}

#[test]
fn captured_frames_are_read_and_written_as_they_are() {
    let vectors = all();
    assert!(
        vectors.len() >= 100,
        "only {} captured frames",
        vectors.len()
    );
    let mut differing = Vec::new();
    for vector in &vectors {
        let name = vector.path.display();
        let (text, again) = read(vector);
        let (length, body) = again.split_at(4);
        assert_eq!(
            length,
            u32::try_from(body.len()).unwrap().to_be_bytes(),
            "{name}"
        );
        assert_eq!(body, vector.frame, "{name}: {text}");
        let golden = vector.path.with_extension("txt");
        if fs::read_to_string(&golden).ok().as_deref() != Some(text.as_str()) {
            let folder = vector.path.parent().and_then(Path::file_name).unwrap();
            let new = Path::new(env!("CARGO_TARGET_TMPDIR"))
                .join("vectors")
                .join(folder);
            fs::create_dir_all(&new).unwrap();
            fs::write(new.join(golden.file_name().unwrap()), text).unwrap();
            differing.push(golden.display().to_string());
        }
    }
    assert!(
        differing.is_empty(),
        "read differently than their .txt says: {differing:#?}\nthe new readings are in {}/vectors",
        env!("CARGO_TARGET_TMPDIR")
    );
}

/// What Kafka 4.3.1 offers is what [`protocol::features`] lists.
#[test]
fn the_features_are_those_of_kafka() {
    let is_newest = |v: &&Vector| v.key == ApiKey::ApiVersions && v.version == 4 && !v.is_request;
    let vectors = all();
    let vector = vectors.iter().find(is_newest).unwrap();
    let (_, body) = decode_response(vector.frame.clone(), vector.key, vector.version).unwrap();
    let Response::ApiVersions(body) = body else {
        panic!("not ApiVersions: {body:?}");
    };
    let theirs: BTreeSet<(String, i16, i16)> = body
        .supported_features
        .iter()
        .map(|f| (f.name.to_string(), f.min_version, f.max_version))
        .collect();
    let ours = features::ALL
        .iter()
        .map(|f| (f.name.to_owned(), f.min, f.max))
        .collect();
    assert_eq!(theirs, ours);
}
