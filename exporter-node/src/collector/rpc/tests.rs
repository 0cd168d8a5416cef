//! Lines that are short, long, unknown or no numbers.

use exposition::Format;

use super::{Field, Holds, Line, Procedures, put};
use crate::families::{Desc, Families};

static CALLS: Desc = Desc::counter("calls_total", "Calls.");
static REQUESTS: Desc = Desc::counter("requests_total", "Requests.");
static LINES: [Line; 2] = [
    Line {
        subject: "net",
        holds: Holds::Fields(&[Field {
            column: 1,
            desc: &CALLS,
            labels: &[("proto", "udp")],
        }]),
    },
    Line {
        subject: "proc9",
        holds: Holds::Procedures(Procedures {
            desc: &REQUESTS,
            proto: "9",
            methods: &["", "Read", "Write"],
            at_least: 2,
        }),
    },
];

#[test]
fn lines_become_counters() {
    let check = |text: &str, expected: Option<&str>| {
        let mut families = Families::default();
        let result = put(text, "net/rpc/nfs", &LINES, &mut families);
        let mut told = Vec::new();
        families.write(Format::Text004, &mut told);
        let told = String::from_utf8(told).unwrap();
        let samples: Vec<&str> = told.lines().filter(|line| !line.starts_with('#')).collect();
        let told = result.ok().map(|()| samples.join("\n"));
        assert_eq!(told.as_deref(), expected, "{text:?}");
    };
    check("net 70 69", Some("calls_total{proto=\"udp\"} 69"));
    check("net 70", None);
    check("net 70 -1", None);
    check("net 70 99999999999999999999", None);
    check("new 1 2 3\n\n", Some(""));
    let read_write = |read, write| {
        format!(
            "requests_total{{proto=\"9\",method=\"Read\"}} {read}\n\
             requests_total{{proto=\"9\",method=\"Write\"}} {write}"
        )
    };
    check("proc9 3 7 8 9", Some(&read_write(8, 9)));
    check("proc9 4 7 8 9 10", Some(&read_write(8, 9)));
    check("proc9 2 7 8", Some(&read_write(8, 0)));
    check("proc9 3 7 8", None);
    check("proc9 1 7", None);
    check("proc9", None);
    check("proc9 18446744073709551615 1 2", None);
}
