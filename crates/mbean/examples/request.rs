//! Records what a broker records of a Produce request with one partition, as often as its argument
//! says: for callgrind, of which two runs differ by the instructions of the recordings alone.

use std::hint::black_box;

use mbean::{
    Counter, Counters, Histogram, Histograms, ObjectName, Recent, Registry, Scale, Section,
};

/// Made as the broker makes them: some of one section, some alone.
struct Recorded {
    topics: [Counters<3>; 2],
    answered: [Counter; 2],
    row: Histograms<4>,
    waits: [Histogram; 3],
    received: Counter,
    reads: Counters<2>,
    answers: Counters<3>,
    sent_bytes: Recent,
    _sections: [Section; 3],
}

fn main() {
    let times = std::env::args().nth(1).and_then(|n| n.parse().ok());
    let recorded = Recorded::new(&Registry::new(0));
    for n in 0..times.unwrap_or(1_000_u64) {
        recorded.request(black_box(n));
    }
}

impl Recorded {
    fn new(registry: &Registry) -> Self {
        let name = |name: &str| ObjectName::new("kafka.server", name);
        let sections = [registry.section(), registry.section(), registry.section()];
        let meters = |section: &Section| {
            let meters = ["a", "b", "c"].map(|bean| section.lazy_meter(name(bean)));
            Counters::of(meters.each_ref())
        };
        let requests = &sections[2];
        let row = ["total", "local", "send", "bytes"];
        let row = requests.histograms(row.map(|bean| (name(bean), Scale::NANOS_AS_MILLIS)));
        let [total, ..] = row.each();
        let waits = ["queue", "remote", "response"];
        Self {
            topics: [meters(&sections[0]), meters(&sections[1])],
            answered: ["requests", "none"].map(|bean| requests.lazy_meter(name(bean))),
            waits: waits
                .map(|bean| requests.histogram_over(name(bean), Scale::NANOS_AS_MILLIS, &total)),
            row,
            received: Counter::default(),
            reads: Counters::default(),
            answers: Counters::default(),
            sent_bytes: Recent::default(),
            _sections: sections,
        }
    }

    /// Not a part of its caller, as little as of the broker's loop.
    #[inline(never)]
    fn request(&self, n: u64) {
        self.read();
        self.appended(100 + n % 64);
        self.sent(80);
        self.done(20_000 + n * 7919 % 65_536);
    }

    #[inline(never)]
    fn read(&self) {
        self.reads.add([180, 1]);
        self.received.inc();
    }

    #[inline(never)]
    fn appended(&self, bytes: u64) {
        let topics = self.topics.iter();
        topics.for_each(|appends| appends.add([1, bytes, 1]));
    }

    #[inline(never)]
    fn sent(&self, bytes: u64) {
        self.answers.add([1, 1, bytes]);
        self.sent_bytes.record(bytes);
    }

    #[inline(never)]
    fn done(&self, nanos: u64) {
        self.answered.iter().for_each(Counter::inc);
        // What waits is not recorded where nothing did.
        if black_box(0) > 0 {
            self.waits.iter().for_each(|wait| wait.record(nanos));
        }
        self.row.record([nanos, nanos / 2, nanos / 4, 170]);
    }
}
