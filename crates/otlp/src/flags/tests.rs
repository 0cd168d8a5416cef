//! What the help of a flag says.

use super::flags;

#[test]
fn help_names_the_default_and_the_variable_before_it() {
    let cases = [
        (
            "outrigger.otlp.compression",
            "gzip or none [default: $OTEL_EXPORTER_OTLP_COMPRESSION, else gzip]",
        ),
        (
            "outrigger.otlp.client.key",
            "certificate [default: $OTEL_EXPORTER_OTLP_CLIENT_KEY]",
        ),
        ("outrigger.otlp.headers.file", "for each push"),
    ];
    for (name, end) in cases {
        let flag = flags().find(|flag| flag.name == name).unwrap();
        assert!(flag.help.ends_with(end), "{}", flag.help);
    }
}
