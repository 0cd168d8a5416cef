//! Where the bytes of a file come from: an inode, plain or compressed, that may change while the file stays
//! the same, because a copy or a compressed copy of it is left when it is gone.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::descriptors::{Descriptor, Descriptors};
use super::identity::Node;
use super::log_name::Packing;

/// An inode, and the descriptor while it is open.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) node: Node,
    pub(super) packing: Packing,
    descriptor: Mutex<Option<Arc<Descriptor>>>,
}

impl Source {
    pub(super) fn new(node: Node, packing: Packing, descriptor: Option<Arc<Descriptor>>) -> Self {
        Self {
            node,
            packing,
            descriptor: Mutex::new(descriptor),
        }
    }

    /// The descriptor, if it is open.
    pub(super) fn opened(&self) -> Option<Arc<Descriptor>> {
        self.lock().clone()
    }

    /// The descriptor; opens the path if need be, and keeps it open if there is room. `NotFound` if something
    /// else is at the path.
    pub(super) fn descriptor(
        &self,
        path: &Path,
        descriptors: &Descriptors,
    ) -> io::Result<Arc<Descriptor>> {
        let mut held = self.lock();
        if let Some(descriptor) = held.as_ref() {
            return Ok(Arc::clone(descriptor));
        }
        let (descriptor, facts) = descriptors.open(path)?;
        if !facts.node.is(&self.node) {
            return Err(io::Error::from(io::ErrorKind::NotFound));
        }
        if descriptors.have_room() {
            *held = Some(Arc::clone(&descriptor));
        }
        Ok(descriptor)
    }

    /// Closes it, but for who reads it right now.
    pub(super) fn close(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Arc<Descriptor>>> {
        self.descriptor
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
