//! `fibrechannel`: ports of Fibre Channel adapters, out of `/sys/class/fc_host`.

use super::attribute::{integer, offered};
use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::KeptTree;

static INFO: Desc = Desc::gauge(
    "node_fibrechannel_info",
    "Non-numeric data from /sys/class/fc_host/<host>, value is always 1.",
);

#[rustfmt::skip]
static COUNTERS: [(&str, Desc); 14] = [
    ("dumped_frames", Desc::counter("node_fibrechannel_dumped_frames_total", "Number of dumped frames")),
    ("error_frames", Desc::counter("node_fibrechannel_error_frames_total", "Number of errors in frames")),
    ("invalid_crc_count", Desc::counter("node_fibrechannel_invalid_crc_total", "Invalid Cyclic Redundancy Check count")),
    ("rx_frames", Desc::counter("node_fibrechannel_rx_frames_total", "Number of frames received")),
    ("rx_words", Desc::counter("node_fibrechannel_rx_words_total", "Number of words received by host port")),
    ("tx_frames", Desc::counter("node_fibrechannel_tx_frames_total", "Number of frames transmitted by host port")),
    ("tx_words", Desc::counter("node_fibrechannel_tx_words_total", "Number of words transmitted by host port")),
    ("seconds_since_last_reset", Desc::counter("node_fibrechannel_seconds_since_last_reset_total", "Number of seconds since last host port reset")),
    ("invalid_tx_word_count", Desc::counter("node_fibrechannel_invalid_tx_words_total", "Number of invalid words transmitted by host port")),
    ("link_failure_count", Desc::counter("node_fibrechannel_link_failure_total", "Number of times the host port link has failed")),
    ("loss_of_sync_count", Desc::counter("node_fibrechannel_loss_of_sync_total", "Number of failures on either bit or transmission word boundaries")),
    ("loss_of_signal_count", Desc::counter("node_fibrechannel_loss_of_signal_total", "Number of times signal has been lost")),
    ("nos_count", Desc::counter("node_fibrechannel_nos_total", "Number Not_Operational Primitive Sequence received by host port")),
    ("fcp_packet_aborts", Desc::counter("node_fibrechannel_fcp_packet_aborts_total", "Number of aborted packets")),
];

/// Labels and attributes; drivers need not offer each. Of those that begin with `0x`, that is cut.
const LABELS: [&str; 10] = [
    "speed",
    "port_state",
    "port_type",
    "port_id",
    "port_name",
    "fabric_name",
    "symbolic_name",
    "supported_classes",
    "supported_speeds",
    "dev_loss_tmo",
];
const NUMBERED: [&str; 3] = ["port_id", "port_name", "fabric_name"];

struct FibreChannel {
    hosts: KeptTree,
}

pub(super) fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    let hosts = setup.paths.sys_tree("class/fc_host");
    Box::new(FibreChannel { hosts })
}

impl Collector for FibreChannel {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        for host in self.hosts.devices()? {
            let mut values = Vec::with_capacity(LABELS.len());
            for label in LABELS {
                let text = offered(&mut self.hosts, &host, label)?.unwrap_or_default();
                values.push((label, text));
            }
            let mut labels = vec![("fc_host", host.as_str())];
            labels.extend(
                values
                    .iter()
                    .map(|(label, text)| (*label, shown(label, text))),
            );
            families.put(&INFO, &labels, 1.0);
            self.counters(&host, families)?;
        }
        Ok(())
    }
}

impl FibreChannel {
    /// A counter of all ones is one that the adapter does not have.
    fn counters(&mut self, host: &str, families: &mut Families) -> Result<(), CollectError> {
        const NOT_THERE: i128 = u64::MAX as i128;
        let state = offered(&mut self.hosts, host, "port_state")?;
        let is_disabled = state.is_none_or(|state| state == "Unknown");
        for (attribute, desc) in &COUNTERS {
            let attribute = format!("statistics/{attribute}");
            let value = match offered(&mut self.hosts, host, &attribute)? {
                // A disabled port has none, and upstream says 0.
                _ if is_disabled => Some(0),
                None => Some(NOT_THERE),
                Some(text) => integer(&text),
            };
            match value {
                Some(NOT_THERE) => {}
                Some(value) => families.put(desc, &[("fc_host", host)], value as f64),
                None => {
                    let file = format_args!("class/fc_host/{host}/{attribute}");
                    return Err(CollectError::malformed(file, "no number"));
                }
            }
        }
        Ok(())
    }
}

fn shown<'a>(label: &str, text: &'a str) -> &'a str {
    match NUMBERED.contains(&label) {
        true => text
            .get(2..)
            .filter(|rest| !rest.is_empty())
            .unwrap_or(text),
        false => text,
    }
}
