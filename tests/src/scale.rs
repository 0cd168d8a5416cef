//! How big the big tests are: a slice that every run affords, or the whole, which is run by hand with `OUTRIGGER_TEST_SCALE=whole` (`cargo xtask test --only scale`).

/// The size for this run.
#[expect(
    clippy::disallowed_methods,
    reason = "a parameter of the black-box tests"
)]
pub fn at_scale<T>(slice: T, whole: T) -> T {
    match std::env::var("OUTRIGGER_TEST_SCALE").as_deref() {
        Ok("whole") => whole,
        _ => slice,
    }
}
