//! First inputs for the fuzz targets: captured frames, and random messages of every API and
//! version, each in the layout that its target reads.

use std::fs;
use std::path::Path;

use crate::codegen::parse;
use crate::codegen::random::{Random, message, sized_message};
use crate::codegen::schema::Api;
use crate::command::Failure;

use super::{kernel_seeds, login_seeds};

/// Elements in the outermost arrays of the large seeds: tens of KiB for most messages.
const LARGE_ELEMENTS: usize = 600;

/// Writes the seeds of `target` into `folder`; files of earlier runs are overwritten.
pub(super) fn write(protocol: &Path, target: &str, folder: &Path) -> Result<(), Failure> {
    let seeds = match target {
        "frame" => captured(protocol, "-request.hex")?,
        "request" => bodies(protocol, true)?,
        "response" => bodies(protocol, false)?,
        "batch" => batches(&captured(protocol, "-request.hex")?),
        "kernel_file" => kernel_seeds::files()?,
        "netlink" => kernel_seeds::netlink(),
        "dbus" => kernel_seeds::dbus(),
        "log_events" => logs(protocol)?,
        "compressed_log" => archives(),
        target => login_seeds::of(target),
    };
    for (i, seed) in seeds.iter().enumerate() {
        let path = folder.join(format!("seed-{i:04}"));
        fs::write(&path, seed).map_err(|e| Failure::of(path.display(), e))?;
    }
    Ok(())
}

/// What Kafka wrote, with a byte before it that chooses the mode, and the heads of other logs.
fn logs(protocol: &Path) -> Result<Vec<Vec<u8>>, Failure> {
    let captures = protocol.join("../../logshipper/src/event/framer/tests/captures");
    let mut logs = vec![
        b"\0{\"time\":\"2026-01-31T22:59:58.123Z\",\"event\":\"x\"}\n\r\n".to_vec(),
        b"\0[Worker-0bb] [2026-01-31 23:59:58,123] WARN x (y:7)\r\n\tat z\r\n".to_vec(),
        b"\x012026-01-31 23:59:58,123 INFO [main] x\n\n".to_vec(),
    ];
    for file in fs::read_dir(captures)? {
        let path = file?.path();
        for mode in [0, 1] {
            let mut log = vec![mode];
            log.extend(fs::read(&path)?);
            logs.push(log);
        }
    }
    Ok(logs)
}

/// Three lines, compressed by gzip and by zstd, with a byte before them that chooses the packing.
fn archives() -> Vec<Vec<u8>> {
    let gzip = "001f8b0800000000000203cbcf4be52a29cfe72ac9284a4de50200b6d5e6250e000000";
    let zstandard = "0128b52ffd04587100006f6e650a74776f0a74687265650aa4588934";
    [gzip, zstandard].map(unhex).to_vec()
}

/// The captured frames whose file names end so.
fn captured(protocol: &Path, ending: &str) -> Result<Vec<Vec<u8>>, Failure> {
    let mut frames = Vec::new();
    for api in fs::read_dir(protocol.join("vectors"))? {
        for file in fs::read_dir(api?.path())? {
            let path = file?.path();
            if path.to_string_lossy().ends_with(ending) {
                let hex = fs::read_to_string(&path)?.replace('\n', "");
                frames.push(unhex(&hex));
            }
        }
    }
    Ok(frames)
}

fn unhex(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex
        .chars()
        .filter_map(|c| c.to_digit(16)?.try_into().ok())
        .collect();
    digits
        .chunks(2)
        .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit))
        .collect()
}

/// A random body of every API and version behind the two bytes that choose them.
fn bodies(protocol: &Path, is_request: bool) -> Result<Vec<Vec<u8>>, Failure> {
    let mut apis: Vec<Api> = Vec::new();
    for entry in fs::read_dir(protocol.join("schema"))? {
        let path = entry?.path();
        let api = parse::api(&fs::read_to_string(&path)?);
        apis.push(api.map_err(|e| Failure::of(path.display(), e))?);
    }
    apis.retain(|api| api.key.is_some());
    apis.sort_by_key(|api| api.key);
    let mut random = Random(1);
    let mut seeds = Vec::new();
    for (index, api) in (0_u8..).zip(&apis) {
        let side = if is_request {
            &api.request
        } else {
            &api.response
        };
        let versions = side.body.versions.first..=side.body.versions.last;
        for (offset, version) in (0_u8..).zip(versions) {
            let mut seed = vec![index, offset];
            seed.extend(message(api, side, version, &mut random));
            seeds.push(seed);
        }
        // The fuzzer seldom grows an input to the limit by itself.
        let newest = u8::try_from(side.body.versions.last - side.body.versions.first);
        let mut seed = vec![index, newest.unwrap_or_default()];
        let version = side.body.versions.last;
        seed.extend(sized_message(
            api,
            side,
            version,
            LARGE_ELEMENTS,
            &mut random,
        ));
        if seed.len() <= super::INPUT_BYTES_MAX {
            seeds.push(seed);
        }
    }
    Ok(seeds)
}

/// The record sets inside captured produce requests, and one record in every codec. The first
/// byte is the mode of the target.
fn batches(frames: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for frame in frames {
        // A batch: its length at 8 covers the rest of the set, its magic at 16 is 2.
        let starts = 0..frame.len().saturating_sub(61);
        let sets = starts.filter_map(|at| frame.get(at..)).filter(|set| {
            let length = set.get(8..12).and_then(|bytes| bytes.try_into().ok());
            let length = length.map_or(-1, i32::from_be_bytes);
            set.get(16) == Some(&2) && usize::try_from(length).is_ok_and(|l| l + 12 <= set.len())
        });
        seeds.extend(sets.map(|set| [&[0], set].concat()));
    }
    // Count, then length, attributes, time, offset, null key, value "a", no headers.
    let record = b"\x00\x00\x00\x01\x0e\x00\x00\x00\x01\x02a\x00";
    seeds.extend(
        (0..5)
            .flat_map(|codec: u8| [1, 2].map(|mode| [&[codec << 2 | mode], &record[..]].concat())),
    );
    seeds
}
