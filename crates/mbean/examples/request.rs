//! Records what a broker records of a Produce request with one partition, as often as its argument
//! says: for callgrind, of which two runs differ by the instructions of the recordings alone.

use std::hint::black_box;

use mbean::{Counter, Histogram, ObjectName, Recent, Registry, Scale, Section};

/// Made as the broker makes them: some of one section, some alone.
struct Recorded {
    topics: [[Counter; 3]; 2],
    answered: [Counter; 2],
    row: [Histogram; 4],
    waits: [Histogram; 3],
    connection: [Counter; 6],
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
        let meters = |section: &Section| ["a", "b", "c"].map(|bean| section.lazy_meter(name(bean)));
        let requests = &sections[2];
        let row = ["total", "local", "send", "bytes"];
        let row = row.map(|bean| requests.histogram(name(bean), Scale::NANOS_AS_MILLIS));
        let waits = ["queue", "remote", "response"];
        Self {
            topics: [meters(&sections[0]), meters(&sections[1])],
            answered: ["requests", "none"].map(|bean| requests.lazy_meter(name(bean))),
            waits: waits
                .map(|bean| requests.histogram_over(name(bean), Scale::NANOS_AS_MILLIS, &row[0])),
            row,
            connection: Default::default(),
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
        let [bytes, io, received, ..] = &self.connection;
        bytes.add(180);
        io.inc();
        received.inc();
    }

    #[inline(never)]
    fn appended(&self, bytes: u64) {
        for [requests, _, _] in &self.topics {
            requests.inc();
        }
        for [_, bytes_in, messages] in &self.topics {
            bytes_in.add(bytes);
            messages.inc();
        }
    }

    #[inline(never)]
    fn sent(&self, bytes: u64) {
        let [_, _, _, sent, bytes_out, io] = &self.connection;
        sent.inc();
        self.sent_bytes.record(bytes);
        bytes_out.add(bytes);
        io.inc();
    }

    #[inline(never)]
    fn done(&self, nanos: u64) {
        self.answered.iter().for_each(Counter::inc);
        let [total, local, send, bytes] = &self.row;
        for wait in &self.waits {
            wait.record_unless_zero(black_box(0));
        }
        local.record(nanos / 2);
        send.record(nanos / 4);
        bytes.record(170);
        total.record(nanos);
    }
}
