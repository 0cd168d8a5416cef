//! The catalogue over real folders, round by round and by its own thread.

mod rig;

mod compressed;
mod limits;
mod model;
mod restarts;
mod rotations;
mod storms;
