//! `meta.properties`: whose data directory this is, in Kafka's own format (version 1) with one
//! key of ours, the format of the directory.

use std::path::Path;

use super::DiskOptions;
use super::error::{FileError, OpenDiskError};
use super::io::Io;
use super::small_file::{self, Durable};

const FILE: &str = "meta.properties";
/// Kafka's version of this file.
const KAFKA_VERSION: u32 = 1;
/// Raised when an older broker could misread the directory.
const FORMAT_VERSION: u32 = 1;
const FORMAT_KEY: &str = "outrigger.format.version";

#[derive(Debug, PartialEq, Eq)]
pub(super) struct MetaProperties {
    pub(super) cluster_id: String,
    pub(super) directory_id: String,
    node_id: i32,
}

impl MetaProperties {
    pub(super) fn load_or_create(
        io: &Io,
        root: &Path,
        options: &DiskOptions,
    ) -> Result<Self, OpenDiskError> {
        let path = root.join(FILE);
        if let Some(bytes) = small_file::read(io, &path)? {
            let meta = Self::parse(root, &String::from_utf8_lossy(&bytes))?;
            if meta.node_id != options.node_id.0 {
                return Err(OpenDiskError::OtherNode {
                    path: root.into(),
                    stored: meta.node_id,
                    configured: options.node_id.0,
                });
            }
            return Ok(meta);
        }
        let meta = Self {
            cluster_id: options.fresh_cluster_id.to_string(),
            directory_id: options.fresh_directory_id.to_string(),
            node_id: options.node_id.0,
        };
        match small_file::write(io, &path, meta.text().as_bytes(), Durable::Yes) {
            Ok(()) => Ok(meta),
            Err(FileError { source, .. })
                if source.kind() == std::io::ErrorKind::PermissionDenied =>
            {
                Err(OpenDiskError::NotWritable(root.into(), source))
            }
            Err(e) => Err(e.into()),
        }
    }

    fn text(&self) -> String {
        format!(
            "cluster.id={}\ndirectory.id={}\nnode.id={}\n{FORMAT_KEY}={FORMAT_VERSION}\nversion={KAFKA_VERSION}\n",
            self.cluster_id, self.directory_id, self.node_id,
        )
    }

    fn parse(root: &Path, text: &str) -> Result<Self, OpenDiskError> {
        let value = |key: &str| {
            text.lines()
                .filter(|line| !line.starts_with('#'))
                .filter_map(|line| line.split_once('='))
                .find(|(name, _)| name.trim() == key)
                .map(|(_, value)| value.trim())
        };
        let invalid = |key: &str| OpenDiskError::Invalid {
            path: root.join(FILE),
            reason: format!("{key} is missing or no number"),
        };
        let number = |key: &str| value(key).and_then(|v| v.parse::<u32>().ok());
        for (key, known) in [("version", KAFKA_VERSION), (FORMAT_KEY, FORMAT_VERSION)] {
            // Kafka's own directories lack our key; their format is the first.
            let default = (key == FORMAT_KEY && value(key).is_none()).then_some(1);
            let found = number(key).or(default).ok_or_else(|| invalid(key))?;
            if found > known {
                let path = root.into();
                return Err(OpenDiskError::NewerFormat { path, found, known });
            }
        }
        Ok(Self {
            cluster_id: value("cluster.id")
                .ok_or_else(|| invalid("cluster.id"))?
                .into(),
            directory_id: value("directory.id").unwrap_or_default().into(),
            node_id: value("node.id")
                .and_then(|v| v.parse().ok())
                .ok_or_else(|| invalid("node.id"))?,
        })
    }
}
