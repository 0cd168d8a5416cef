//! Deliveries of real files to a sink whose answers are written beforehand.

mod crash;
mod disk;
mod ended;
mod outcomes;
mod rig;
mod sharing;
