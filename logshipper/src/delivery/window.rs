//! How many requests of a sink are under way at once: one at the start, one more after each round of successes,
//! half of them when the sink says that it is too much.

/// The number of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    size: usize,
    max: usize,
    successes: usize,
}

impl Window {
    /// One, and never more than `max`.
    pub fn new(max: usize) -> Self {
        Self {
            size: 1,
            max: max.max(1),
            successes: 0,
        }
    }

    /// How many may be under way.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Never more than this from now on.
    pub fn limit(&mut self, max: usize) {
        self.max = self.max.min(max.max(1));
        self.size = self.size.min(self.max);
    }

    /// One succeeded.
    pub fn succeeded(&mut self) {
        self.successes += 1;
        if self.successes >= self.size {
            self.successes = 0;
            self.size = (self.size + 1).min(self.max);
        }
    }

    /// It was too much.
    pub fn halve(&mut self) {
        self.successes = 0;
        self.size = (self.size / 2).max(1);
    }
}

#[cfg(test)]
mod tests {
    use super::Window;

    #[test]
    fn it_grows_by_a_round_and_halves() {
        let mut window = Window::new(4);
        let mut sizes = Vec::new();
        for is_success in [
            true, true, true, true, true, true, false, true, true, false, false,
        ] {
            match is_success {
                true => window.succeeded(),
                false => window.halve(),
            }
            sizes.push(window.size());
        }
        assert_eq!(sizes, [2, 2, 3, 3, 3, 4, 2, 2, 3, 1, 1]);
    }
}
