//! Whether a file is the one that a checkpoint speaks of.
//!
//! A pure table. Being wrong in one direction loses lines, in the other it delivers them twice, so a weak
//! likeness never joins two files that are on different inodes.

/// How a file that is there compares with an entry of a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Likeness {
    /// It is on the same device and inode.
    pub(super) same_node: bool,
    /// It begins as the entry says.
    pub(super) head: bool,
    /// Before the offset stands what the entry says.
    pub(super) mark: bool,
    /// How many bytes were compared.
    pub(super) compared_bytes: u64,
    /// The file that the entry was written of is there, and still is as the entry says.
    pub(super) original_is_there: bool,
}

/// What a file is to an entry of a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The same file: delivery resumes.
    Same,
    /// It was copied or moved to another inode, or compressed, and the original is gone: delivery resumes, under the old id.
    Moved,
    /// A copy of a file that is there: not delivered as long as it is no more than that.
    Copy,
    /// The inode was given to another file, or the file was truncated: it begins at 0, and what was not
    /// delivered of the old one is lost unless a copy has it.
    Anew,
    /// Another file.
    Other,
}

/// Fewer equal bytes than this on different inodes may be chance: a banner, or a short first line.
pub(super) const COMPARED_BYTES_MIN: u64 = 64;

/// What a file is to an entry of a checkpoint.
pub(super) fn resolve(likeness: Likeness) -> Verdict {
    let equal = likeness.head && likeness.mark;
    match (likeness.same_node, equal) {
        (true, true) => Verdict::Same,
        (true, false) => Verdict::Anew,
        (false, true) if likeness.compared_bytes < COMPARED_BYTES_MIN => Verdict::Other,
        (false, true) if likeness.original_is_there => Verdict::Copy,
        (false, true) => Verdict::Moved,
        (false, false) => Verdict::Other,
    }
}

#[cfg(test)]
mod tests;
