//! What counters grew by since they were looked at last: `VolumeReadOps`, `NetworkRxPackets`.

use std::collections::HashMap;

/// The last value of each counter, by a name of the caller's.
#[derive(Debug, Default)]
pub struct Deltas(HashMap<String, f64>);

impl Deltas {
    /// By how much `name` grew. `None` the first time; after a reset what it has counted since.
    pub fn take(&mut self, name: &str, counter: f64) -> Option<f64> {
        match self.0.get_mut(name) {
            Some(last) => {
                let before = std::mem::replace(last, counter);
                Some(if counter < before {
                    counter
                } else {
                    counter - before
                })
            }
            None => {
                self.0.insert(name.to_owned(), counter);
                None
            }
        }
    }

    /// Forgets the counters whose names this denies: of devices that went, topics that were deleted.
    pub fn retain(&mut self, mut is_there: impl FnMut(&str) -> bool) {
        self.0.retain(|name, _| is_there(name));
    }
}

#[cfg(test)]
mod tests {
    use super::Deltas;

    #[test]
    fn a_counter_gives_what_it_grew_by() {
        let mut deltas = Deltas::default();
        let mut found = Vec::new();
        for counter in [10.0, 10.0, 17.0, 3.0, 4.5] {
            found.push(deltas.take("a", counter));
        }
        assert_eq!(found, [None, Some(0.0), Some(7.0), Some(3.0), Some(1.5)]);
        assert_eq!(deltas.take("b", 1.0), None);
        deltas.retain(|name| name == "b");
        assert_eq!(
            (deltas.take("a", 5.0), deltas.take("b", 5.0)),
            (None, Some(4.0))
        );
    }
}
