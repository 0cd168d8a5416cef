//! Why bytes could not be read as a message, or a message not be written as bytes.
//!
//! One type per direction, comparable, so that tests assert exact values. What to answer or
//! whether to close the connection is the caller's decision.

/// Bytes that are no legal message: which field, where in the frame, what is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("field {field} at byte {at}: {fault}")]
pub struct DecodeError {
    /// The schema's name of the field that was being read.
    pub field: &'static str,
    /// Offset from the start of the frame, in bytes.
    pub at: usize,
    /// What is wrong there.
    pub fault: DecodeFault,
}

/// What can be wrong with bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeFault {
    /// More bytes are claimed than the frame has left.
    #[error("{needed} bytes are claimed, {left} are left")]
    Truncated {
        /// What the field claims.
        needed: usize,
        /// What the frame has.
        left: usize,
    },
    /// A count that the rest of the frame cannot hold, even with the smallest elements.
    #[error(
        "{count} elements of at least {element_bytes} bytes are claimed, {left} bytes are left"
    )]
    TooManyElements {
        /// What the array claims.
        count: usize,
        /// The least an element takes on the wire.
        element_bytes: usize,
        /// What the frame has.
        left: usize,
    },
    /// Null where the schema has none.
    #[error("null is not allowed here")]
    Null,
    /// A string longer than Kafka's 32,767 bytes.
    #[error("a string of {0} bytes, at most 32767 are allowed")]
    StringTooLong(usize),
    /// Text that is not UTF-8.
    #[error("the text is not UTF-8")]
    NotUtf8,
    /// A varint of more than 32 bits.
    #[error("a varint of more than 32 bits")]
    VarintTooLong,
    /// Tags must rise; this one does not.
    #[error("tag {0} is out of order or repeated")]
    TagOrder(u32),
    /// A known tagged field whose content has another length than it claims.
    #[error("tag {tag} claims {claimed} bytes, its content has {found}")]
    TagSize {
        /// The tag.
        tag: u32,
        /// Its length on the wire.
        claimed: usize,
        /// What reading it took.
        found: usize,
    },
    /// The message would take more memory than its frame may cost.
    #[error("decoding needs {needed} bytes of memory, this frame may cost {allowed}")]
    OverAllowance {
        /// Charged so far and asked for now.
        needed: usize,
        /// The limit of this reader.
        allowed: usize,
    },
    /// The schema does not have this version.
    #[error("version {0} is not supported")]
    UnsupportedVersion(i16),
}

/// A message that has no form in the version asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// A value that the version has no field for, and that must not be dropped silently.
    #[error("field {field} is set, but version {version} does not have it")]
    Absent {
        /// The schema's name of the field.
        field: &'static str,
        /// The version asked for.
        version: i16,
    },
    /// Null where this version needs a value.
    #[error("field {field} is null, which version {version} cannot say")]
    Null {
        /// The schema's name of the field.
        field: &'static str,
        /// The version asked for.
        version: i16,
    },
    /// Longer than its length prefix can say.
    #[error("field {field} has {length} bytes or elements, more than the protocol can carry")]
    TooLong {
        /// The schema's name of the field.
        field: &'static str,
        /// Its length.
        length: usize,
    },
    /// The schema does not have this version.
    #[error("version {0} is not supported")]
    UnsupportedVersion(i16),
}

/// What `value` holds, or the error of a version that cannot say null.
pub(crate) fn not_null<'a, T>(
    field: &'static str,
    value: &'a Option<T>,
    version: i16,
) -> Result<&'a T, EncodeError> {
    value.as_ref().ok_or(EncodeError::Null { field, version })
}
