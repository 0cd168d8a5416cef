//! What properties and variables come to, and what is refused.

use std::time::Duration;

use super::Settings;

type Pairs<'a> = &'a [(&'a str, &'a str)];

fn read(properties: Pairs<'_>, variables: Pairs<'_>) -> Result<Option<Settings>, Vec<String>> {
    let find = |pairs: Pairs<'_>, name: &str| {
        let found = pairs.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    Settings::read_with(|name| find(properties, name), |name| find(variables, name))
}

fn usable(properties: Pairs<'_>, variables: Pairs<'_>) -> Settings {
    read(properties, variables).unwrap().unwrap()
}

fn targets(properties: Pairs<'_>, variables: Pairs<'_>) -> [String; 2] {
    let endpoints = usable(properties, variables).endpoints;
    [endpoints.metrics, endpoints.traces]
        .map(|uri| uri.map_or("none".to_owned(), |u| u.to_string()))
}

#[test]
fn nothing_is_pushed_unless_a_collector_is_named() {
    let off: [(Pairs<'_>, Pairs<'_>); 4] = [
        (&[], &[]),
        (&[("outrigger.otlp.endpoint", " ")], &[]),
        (&[("outrigger.otlp.interval.ms", "1000")], &[]),
        (
            &[("outrigger.otlp.endpoint", "http://c:4318")],
            &[("OTEL_SDK_DISABLED", "TRUE")],
        ),
    ];
    for (properties, variables) in off {
        assert!(
            read(properties, variables).unwrap().is_none(),
            "{properties:?}"
        );
    }
}

#[test]
fn a_base_gets_the_signals_paths_and_a_whole_url_stays() {
    let base = ("outrigger.otlp.endpoint", "http://c:4318/");
    assert_eq!(
        targets(&[base], &[]),
        ["http://c:4318/v1/metrics", "http://c:4318/v1/traces"]
    );
    let metrics = ("outrigger.otlp.metrics.endpoint", "https://m/api/v1/otlp");
    assert_eq!(targets(&[metrics], &[]), ["https://m/api/v1/otlp", "none"]);
    assert_eq!(
        targets(&[base, metrics], &[]),
        ["https://m/api/v1/otlp", "http://c:4318/v1/traces"]
    );
    // A property stands above its variable.
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://v:1/x"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://t:2"),
    ];
    assert_eq!(
        targets(&[], &variables),
        ["http://v:1/x/v1/metrics", "http://t:2/"]
    );
    assert_eq!(
        targets(&[base], &variables),
        ["http://c:4318/v1/metrics", "http://t:2/"]
    );
    let settings = usable(
        &[
            metrics,
            ("outrigger.otlp.traces.endpoint", "http://[::1]:7/"),
        ],
        &[],
    );
    assert_eq!(settings.ports(), [7, 443]);
}

#[test]
fn defaults_and_the_standard_variables() {
    let base = ("outrigger.otlp.endpoint", "http://c:4318");
    let plain = usable(&[base], &[]);
    assert_eq!(plain.interval, Duration::from_secs(60));
    assert_eq!(plain.timeout, Duration::from_secs(10));
    assert!(plain.gzip && plain.sampling_ratio == 0.0);
    assert!(plain.headers.expose().is_empty() && plain.resource.is_empty());
    assert!(plain.files().is_empty());
    let settings = usable(
        &[base, ("outrigger.otlp.client.key", "/k.pem")],
        &[
            ("OTEL_METRIC_EXPORT_INTERVAL", "5000"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "250"),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", "none"),
            (
                "OTEL_EXPORTER_OTLP_HEADERS",
                "api-key=a%20b%2C, x-tenant = 7 ,",
            ),
            ("OTEL_RESOURCE_ATTRIBUTES", "env=t%C3%A9st,service.name=a"),
            ("OTEL_SERVICE_NAME", "b"),
            ("OTEL_EXPORTER_OTLP_CERTIFICATE", "/ca.pem"),
            ("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "/c.pem"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        ],
    );
    assert_eq!(settings.interval, Duration::from_secs(5));
    assert_eq!(settings.timeout, Duration::from_millis(250));
    assert!(!settings.gzip);
    let headers: Vec<_> = settings.headers.expose().iter().collect();
    let shown = headers
        .iter()
        .map(|(n, v)| (n.as_str(), v.to_str().unwrap()));
    assert_eq!(
        shown.collect::<Vec<_>>(),
        [("api-key", "a b,"), ("x-tenant", "7")]
    );
    let resource: Vec<_> = settings.resource.iter().collect();
    let expected = [("env", "tést"), ("service.name", "b")];
    assert_eq!(resource.len(), 2);
    for ((name, value), (expected_name, expected_value)) in resource.iter().zip(expected) {
        assert_eq!(
            (name.as_str(), value.as_str()),
            (expected_name, expected_value)
        );
    }
    assert_eq!(settings.files().len(), 3);
    let text = format!("{settings:?}");
    assert!(!text.contains("a b") && text.contains("[hidden]"), "{text}");
}

#[test]
fn samplers() {
    let base = ("outrigger.otlp.endpoint", "http://c:4318");
    let cases: [(Pairs<'_>, f64); 6] = [
        (&[("OTEL_TRACES_SAMPLER", "always_on")], 1.0),
        (&[("OTEL_TRACES_SAMPLER", "parentbased_always_off")], 0.0),
        (&[("OTEL_TRACES_SAMPLER", "traceidratio")], 1.0),
        (
            &[
                ("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"),
                ("OTEL_TRACES_SAMPLER_ARG", "0.25"),
            ],
            0.25,
        ),
        // The argument says nothing without the sampler.
        (&[("OTEL_TRACES_SAMPLER_ARG", "0.25")], 0.0),
        (&[], 0.0),
    ];
    for (variables, ratio) in cases {
        assert_eq!(
            usable(&[base], variables).sampling_ratio,
            ratio,
            "{variables:?}"
        );
        let own = ("outrigger.otlp.traces.sampling.ratio", "0.5");
        assert_eq!(usable(&[base, own], variables).sampling_ratio, 0.5);
    }
}

#[test]
fn every_problem_is_told_at_once_and_no_secret_with_it() {
    let properties = [
        ("outrigger.otlp.endpoint", "grpc://user:hunter2@c:4317"),
        ("outrigger.otlp.interval.ms", "99"),
        ("outrigger.otlp.timeout.ms", "soon"),
        ("outrigger.otlp.compression", "zstd"),
        (
            "outrigger.otlp.headers",
            "authorization=hunter2,content-type=hunter2,x=hun\nter2",
        ),
        ("outrigger.otlp.traces.sampling.ratio", "NaN"),
        ("outrigger.otlp.client.key", "/k.pem"),
        ("outrigger.otlp.resource.attributes", "hunter2"),
    ];
    let variables = [("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")];
    let problems = read(&properties, &variables).unwrap_err();
    let text = problems.join("\n");
    for (name, _) in properties.iter().chain(&variables) {
        let name = name.replace(".client.key", ".client.certificate");
        assert!(text.contains(&name), "{name} in {text}");
    }
    assert!(
        !text.contains("hunter2") && !text.contains("ter2"),
        "{text}"
    );
    assert!(problems.len() >= 10, "{text}");
    for endpoint in [
        "",
        "c:4318",
        "http://",
        "http://u@c/",
        "ftp://c",
        "http://c:x",
        "/v1",
    ] {
        let properties = [("outrigger.otlp.metrics.endpoint", endpoint)];
        let found = read(&properties, &[]);
        assert_eq!(found.is_err(), !endpoint.is_empty(), "{endpoint}");
    }
}
