//! What a kernel, and a service behind a socket, may say to exporter-node: files, netlink and D-Bus.
//!
//! A file is bent in a copy of the machines of exporter-node's tests, on a filesystem in memory, and
//! its collector reads it as it reads the kernel's: by the same code, limits and descriptors.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

use exporter_node::config::NodeConfig;
use exporter_node::dbus::wire::{self, HEAD_BYTES};
use exporter_node::netlink;
use exporter_node::node::{Node, Wanted};
use exposition::Format;

use crate::meter;

/// `collector path` of each file, a line each; the first byte of an input chooses.
const FILES: &str = include_str!("kernel_files.txt");
/// The text, a family with name and help for each line of a few bytes, and its sample.
const BYTES_PER_INPUT_BYTE: usize = 160;
/// The first buffers, and families of the other files of a collector.
const SLACK_BYTES: usize = 2 << 20;

struct Machine {
    folder: PathBuf,
    /// Each collector in a process of its own, so to say.
    nodes: BTreeMap<&'static str, Node>,
    originals: BTreeMap<&'static str, Vec<u8>>,
}

/// A byte that chooses a file, and its content.
pub fn file(input: &[u8]) {
    static MACHINE: OnceLock<Mutex<Machine>> = OnceLock::new();
    let Some((which, content)) = input.split_first() else {
        return;
    };
    let rows: Vec<(&str, &str)> = FILES
        .lines()
        .filter_map(|line| line.split_once(' '))
        .collect();
    let (collector, path) = rows[usize::from(*which) % rows.len()];
    let mut machine = MACHINE
        .get_or_init(|| Mutex::new(Machine::new(&rows)))
        .lock()
        .expect("no input panicked before");
    let Machine {
        folder,
        nodes,
        originals,
    } = &mut *machine;
    let place = folder.join(path);
    fs::write(&place, content).expect("the copy can be written");
    let node = nodes.get_mut(collector).expect("each collector has a node");
    let wanted = Wanted::Only(vec![collector]);
    let limit = content.len() * BYTES_PER_INPUT_BYTE + SLACK_BYTES;
    let ((), peak) = meter::peak_of(|| {
        let families = node.collect(&wanted, || false).expect("nobody stops it");
        let mut text = Vec::new();
        families.write(Format::Text004, &mut text);
        let text = std::str::from_utf8(&text).expect("an exposition is UTF-8");
        exposition::parse(text).expect("an exposition can be read");
    });
    assert!(
        peak <= limit,
        "{peak} bytes of memory for {} of {path}",
        content.len()
    );
    fs::write(&place, &originals[path]).expect("the copy can be written");
}

/// The attributes of a message.
pub fn netlink(input: &[u8]) {
    let mut bytes = 0;
    for (_, value) in netlink::attributes(input) {
        bytes += value.len();
    }
    assert!(bytes <= input.len());
    let mut told = 0;
    let _ = netlink::read_part(input, 0, &mut |payload: &[u8]| told += payload.len());
    assert!(told <= input.len());
}

/// A message of D-Bus, read as an answer with units and as one with a property.
pub fn dbus(input: &[u8]) {
    if let Some(length) = input
        .first_chunk::<HEAD_BYTES>()
        .and_then(wire::message_bytes)
    {
        assert!((HEAD_BYTES..=wire::MESSAGE_BYTES_MAX).contains(&length));
    }
    let (_, peak) = meter::peak_of(|| {
        let Ok(body) = wire::decode(input)?.result else {
            return None;
        };
        let _ = body.clone().variant();
        let mut texts = 0;
        let mut array = body;
        array.structures(|reader| {
            texts += reader.string()?.len();
            reader.u32()?;
            Some(())
        })?;
        assert!(texts <= input.len());
        Some(())
    });
    assert_eq!(peak, 0, "reading takes no memory");
}

impl Machine {
    fn new(rows: &[(&'static str, &'static str)]) -> Self {
        let memory = Path::new("/dev/shm");
        let base = match memory.is_dir() {
            true => memory.to_path_buf(),
            false => std::env::temp_dir(),
        };
        let folder = base.join(format!("outrigger-fuzz-{}", std::process::id()));
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../exporter-node/tests");
        for machine in ["devices", "machine"] {
            copy(&tests.join(machine), &folder);
        }
        let original = |path: &'static str| {
            let bytes = fs::read(folder.join(path));
            (
                path,
                bytes.unwrap_or_else(|error| panic!("{path}: {error}")),
            )
        };
        let nodes = rows
            .iter()
            .map(|(collector, _)| (*collector, node(&folder, collector)));
        Self {
            nodes: nodes.collect(),
            originals: rows.iter().map(|(_, path)| original(path)).collect(),
            folder,
        }
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn node(folder: &Path, collector: &'static str) -> Node {
    let below = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let switch: &'static str = format!("collector.{collector}").leak();
    let given = vec![
        ("path.procfs", below("proc")),
        ("path.sysfs", below("sys")),
        ("path.rootfs", below("root")),
        ("path.udev.data", below("udev")),
        ("collector.textfile.directory", below("text")),
        ("collector.disable-defaults", "true".to_owned()),
        ("collector.netdev.netlink", "false".to_owned()),
        ("collector.netstat.fields", ".*".to_owned()),
        ("collector.vmstat.fields", ".*".to_owned()),
        ("collector.cpu.info", "true".to_owned()),
        ("collector.stat.softirq", "true".to_owned()),
        (switch, "true".to_owned()),
    ];
    match NodeConfig::read("", &[], &given) {
        Ok((config, _)) => config.node,
        Err(errors) => panic!("{}", errors.report()),
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("the machine is there").flatten() {
        let target = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &target),
            false => {
                fs::copy(entry.path(), target).expect("a file can be copied");
            }
        }
    }
}
