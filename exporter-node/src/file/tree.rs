//! Attributes of many devices below one directory, kept open by their names.
//!
//! ```text
//! sys/class/net/        the root of the tree
//!   eth0/               a directory of it
//!     mtu               an attribute: read("eth0", "mtu")
//!     statistics/rx     read("eth0", "statistics/rx")
//! ```

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::absence::Absence;
use super::directory::KeptDirectory;
use super::{Descriptors, Kept, ReadError, Shape};

/// The attributes of the devices in one directory.
#[derive(Debug)]
pub struct KeptTree {
    root: PathBuf,
    listed: KeptDirectory,
    shape: Shape,
    descriptors: Arc<Descriptors>,
    devices: HashMap<String, Vec<(String, Kept)>>,
    buffer: Vec<u8>,
    absence: Absence,
}

impl KeptTree {
    /// The tree of attributes below `root`; nothing is opened yet.
    pub fn new(root: PathBuf, descriptors: Arc<Descriptors>) -> Self {
        Self::of(Shape::Attribute, root, descriptors)
    }

    /// The tree of tables below `root`, in procfs.
    pub fn of_records(root: PathBuf, descriptors: Arc<Descriptors>) -> Self {
        Self::of(Shape::Records, root, descriptors)
    }

    fn of(shape: Shape, root: PathBuf, descriptors: Arc<Descriptors>) -> Self {
        Self {
            root,
            listed: KeptDirectory::default(),
            shape,
            descriptors,
            devices: HashMap::new(),
            buffer: Vec::new(),
            absence: Absence::default(),
        }
    }

    /// Its root.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The devices there are now, sorted; the files of those that have gone are closed.
    ///
    /// # Errors
    /// The directory cannot be read.
    pub fn devices(&mut self) -> Result<Vec<String>, ReadError> {
        let (root, listed, descriptors) = (&self.root, &mut self.listed, &self.descriptors);
        let found = self.absence.look(|| listed.names(root, descriptors));
        let found = found.map_err(|source| ReadError {
            path: root.clone(),
            source,
        })?;
        self.devices
            .retain(|name, _| found.binary_search(name).is_ok());
        Ok(found)
    }

    /// Closes all files.
    pub fn close(&mut self) {
        self.devices.clear();
    }

    /// Closes the files of one device.
    pub fn close_device(&mut self, device: &str) {
        self.devices.remove(device);
    }

    /// The bytes of an attribute.
    ///
    /// # Errors
    /// It is not there, or cannot be read.
    pub fn read(&mut self, device: &str, attribute: &str) -> Result<&[u8], ReadError> {
        if !self.devices.contains_key(device) {
            self.devices.insert(device.to_owned(), Vec::new());
        }
        let Some(files) = self.devices.get_mut(device) else {
            return Ok(&self.buffer);
        };
        let at = match files.iter().position(|(name, _)| name == attribute) {
            Some(at) => at,
            None => {
                let path = self.root.join(device).join(attribute);
                let kept = Kept::new(path, self.shape, Arc::clone(&self.descriptors));
                files.push((attribute.to_owned(), kept));
                files.len() - 1
            }
        };
        if let Some((_, kept)) = files.get_mut(at) {
            kept.read_into(&mut self.buffer)?;
        }
        Ok(&self.buffer)
    }

    /// An attribute of one line, without the blanks around it; `None` where it cannot be read or
    /// is not UTF-8.
    pub fn line(&mut self, device: &str, attribute: &str) -> Option<&str> {
        let bytes = self.read(device, attribute).ok()?;
        std::str::from_utf8(bytes).ok().map(str::trim)
    }

    /// An attribute that is a number.
    pub fn number<T: std::str::FromStr>(&mut self, device: &str, attribute: &str) -> Option<T> {
        self.line(device, attribute)?.parse().ok()
    }
}
