//! Configurations with which Kafka's tools, our own commands and kcat come as the owner of a folder.
//!
//! They name the bootstrap server where one was running when they were written. The folder may go to another machine,
//! where addresses and paths are to be changed.

use super::directory::ClientDir;
use crate::up::escaped;
use std::path::Path;

/// For `--command-config` and Java's clients.
pub(super) fn java(folder: &ClientDir, bootstrap: Option<&str>, store_password: &str) -> String {
    let location = |path: &Path| escaped(&path.display().to_string(), false);
    let password = escaped(store_password, false);
    format!(
        "{}security.protocol=SSL\n\
         ssl.truststore.type=PKCS12\n\
         ssl.truststore.location={}\n\
         ssl.truststore.password={password}\n\
         ssl.keystore.type=PKCS12\n\
         ssl.keystore.location={}\n\
         ssl.keystore.password={password}\n\
         ssl.key.password={password}\n",
        servers(bootstrap),
        location(&folder.truststore()),
        location(&folder.keystore()),
    )
}

/// For `kcat -F`, and for every client of librdkafka.
pub(super) fn kcat(folder: &ClientDir, bootstrap: Option<&str>) -> String {
    format!(
        "{}security.protocol=ssl\n\
         ssl.ca.location={}\n\
         ssl.certificate.location={}\n\
         ssl.key.location={}\n",
        servers(bootstrap),
        folder.ca_cert().display(),
        folder.cert().display(),
        folder.key().display(),
    )
}

fn servers(bootstrap: Option<&str>) -> String {
    bootstrap.map_or_else(String::new, |address| {
        format!("bootstrap.servers={address}\n")
    })
}
