//! A shard as a script: every scenario is a transcript in which lines at the margin are commands and
//! indented lines are what came of them. The test runs the commands and compares all of it.

mod expiry;
mod failures;
mod heartbeat;
mod join;
mod leave;
mod lifecycle;
mod offsets;
mod replay;
mod script;
mod static_members;
mod sync;

use script::check;
