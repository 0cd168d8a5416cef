//! SASL, which ends in authn.
//!
//! Rows of data only, sorted by name; what they do is decided by who reads them.

use crate::key::{Key, class, double, int, list, long, password, short, string};

pub(super) const KEYS: &[Key] = &[
    class("sasl.client.callback.handler.class").doc("Java class for the client's side of a login."),
    list("sasl.enabled.mechanisms", "GSSAPI")
        .per_broker()
        .doc("SASL mechanisms that are offered."),
    password("sasl.jaas.config")
        .per_broker()
        .doc("JAAS settings of a login."),
    string("sasl.kerberos.kinit.cmd", "/usr/bin/kinit")
        .per_broker()
        .doc("Path of kinit."),
    long("sasl.kerberos.min.time.before.relogin", "60000")
        .per_broker()
        .doc("Shortest time between two Kerberos logins."),
    list("sasl.kerberos.principal.to.local.rules", "DEFAULT")
        .per_broker()
        .doc("Rules that make a short name of a Kerberos principal."),
    string("sasl.kerberos.service.name", "")
        .unset()
        .per_broker()
        .doc("Kerberos service name of the brokers."),
    double("sasl.kerberos.ticket.renew.jitter", "0.05")
        .per_broker()
        .doc("Random share of the time until a ticket is renewed."),
    double("sasl.kerberos.ticket.renew.window.factor", "0.8")
        .per_broker()
        .doc("Share of a ticket's life after which it is renewed."),
    class("sasl.login.callback.handler.class")
        .doc("Java class that supplies credentials to a login."),
    class("sasl.login.class").doc("Java class that logs in."),
    int("sasl.login.connect.timeout.ms", "")
        .unset()
        .doc("Timeout of connections to an identity provider."),
    int("sasl.login.read.timeout.ms", "")
        .unset()
        .doc("Timeout of reads from an identity provider."),
    short("sasl.login.refresh.buffer.seconds", "300")
        .per_broker()
        .doc("Time before its expiry by which a credential is renewed."),
    short("sasl.login.refresh.min.period.seconds", "60")
        .per_broker()
        .doc("Shortest time between two renewals of a credential."),
    double("sasl.login.refresh.window.factor", "0.8")
        .per_broker()
        .doc("Share of a credential's life after which it is renewed."),
    double("sasl.login.refresh.window.jitter", "0.05")
        .per_broker()
        .doc("Random share of that time."),
    long("sasl.login.retry.backoff.max.ms", "10000").doc("Longest pause after a failed login."),
    long("sasl.login.retry.backoff.ms", "100").doc("First pause after a failed login."),
    string("sasl.mechanism.controller.protocol", "GSSAPI")
        .doc("SASL mechanism towards controllers."),
    string("sasl.mechanism.inter.broker.protocol", "GSSAPI")
        .per_broker()
        .doc("SASL mechanism between brokers."),
    class("sasl.server.callback.handler.class").doc("Java class for the server's side of a login."),
    int("sasl.server.max.receive.size", "524288")
        .doc("Largest message of a client while it authenticates."),
];
