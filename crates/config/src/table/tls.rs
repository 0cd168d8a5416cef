//! TLS of listeners, which ends in authn.
//!
//! Rows of data only, sorted by name; what they do is decided by who reads them.

use crate::key::{Key, boolean, class, list, password, string};

pub(super) const KEYS: &[Key] = &[
    boolean("ssl.allow.dn.changes", "false")
        .doc("Whether a renewed certificate may have another distinguished name."),
    boolean("ssl.allow.san.changes", "false")
        .doc("Whether a renewed certificate may have other alternative names."),
    list("ssl.cipher.suites", "")
        .per_broker()
        .doc("Cipher suites that are allowed; empty is the library's choice."),
    string("ssl.client.auth", "none")
        .one_of(&["required", "requested", "none"])
        .per_broker()
        .doc("Whether clients must show a certificate."),
    list("ssl.enabled.protocols", "TLSv1.2,TLSv1.3")
        .per_broker()
        .doc("TLS versions that are allowed."),
    string("ssl.endpoint.identification.algorithm", "https")
        .per_broker()
        .doc("How a server's name is checked against its certificate."),
    class("ssl.engine.factory.class")
        .per_broker()
        .doc("Java class that makes TLS engines."),
    password("ssl.key.password")
        .per_broker()
        .doc("Password of the private key."),
    string("ssl.keymanager.algorithm", "SunX509")
        .per_broker()
        .doc("Algorithm of the Java key manager."),
    password("ssl.keystore.certificate.chain")
        .per_broker()
        .doc("Certificate chain in PEM."),
    password("ssl.keystore.key")
        .per_broker()
        .doc("Private key in PEM."),
    string("ssl.keystore.location", "")
        .unset()
        .per_broker()
        .doc("File with key and certificate."),
    password("ssl.keystore.password")
        .per_broker()
        .doc("Password of that file."),
    string("ssl.keystore.type", "JKS")
        .per_broker()
        .doc("Format of that file."),
    string("ssl.principal.mapping.rules", "DEFAULT")
        .doc("Rules that make a short name of a certificate's distinguished name."),
    string("ssl.protocol", "TLSv1.3")
        .per_broker()
        .doc("TLS version that is preferred."),
    string("ssl.provider", "")
        .unset()
        .per_broker()
        .doc("Java security provider for TLS."),
    string("ssl.secure.random.implementation", "")
        .unset()
        .per_broker()
        .doc("Java random generator for TLS."),
    string("ssl.trustmanager.algorithm", "PKIX")
        .per_broker()
        .doc("Algorithm of the Java trust manager."),
    password("ssl.truststore.certificates")
        .per_broker()
        .doc("Trusted certificates in PEM."),
    string("ssl.truststore.location", "")
        .unset()
        .per_broker()
        .doc("File with trusted certificates."),
    password("ssl.truststore.password")
        .per_broker()
        .doc("Password of that file."),
    string("ssl.truststore.type", "JKS")
        .per_broker()
        .doc("Format of that file."),
];
