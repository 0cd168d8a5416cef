//! How many metrics each level would publish now, and what that would cost.

use std::fmt::Write as _;

use crate::aggregate::aggregate;
use crate::level::Level;
use crate::publisher::Metrics;
use crate::settings::Settings;

/// A table for people: one line a level, with and without those below it.
pub async fn dry_run<M: Metrics>(settings: &Settings, exporter: &M) -> String {
    let everything = Settings {
        level: Level::Partition,
        max_metrics: usize::MAX,
        ..settings.clone()
    };
    let period = aggregate(exporter.collect(Level::Partition).await, &everything);
    let count = |level| {
        let of_level = period.metrics.iter().filter(|metric| metric.level == level);
        of_level.count()
    };
    report(settings, Level::ALL.map(count))
}

fn report(settings: &Settings, counts: [usize; 4]) -> String {
    let mut text = format!(
        "CloudWatch metrics in namespace {}, now:\n\n",
        settings.namespace
    );
    let _ = write!(text, "{:<36}{:>9}{:>11}", "level", "its own", "in all");
    if settings.price_per_metric.is_some() {
        let _ = write!(text, "{:>14}", "a month");
    }
    text.push('\n');
    let mut in_all = 0;
    for (level, count) in Level::ALL.into_iter().zip(counts) {
        in_all += count;
        let mark = if level == settings.level { " *" } else { "" };
        let name = format!("{level} ({}){mark}", level.as_msk());
        let _ = write!(text, "{name:<36}{count:>9}{in_all:>11}");
        if let Some(price) = settings.price_per_metric {
            let _ = write!(text, "{:>14.2}", in_all as f64 * price);
        }
        text.push('\n');
    }
    let _ = writeln!(
        text,
        "\n* is cloudwatch.level. cloudwatch.max-metrics publishes {} at most.",
        settings.max_metrics
    );
    if settings.price_per_metric.is_some() {
        text.push_str("Requests are not in the price; topics, partitions and groups that come later add to it.\n");
    } else {
        text.push_str("What it costs: give the price of one metric a month with --cloudwatch.price-per-metric.\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::report;
    use crate::level::Level;
    use crate::settings::Settings;
    use service::flags::Values;

    #[test]
    fn each_level_has_its_line_and_its_price() {
        let settings = Settings {
            level: Level::Topic,
            price_per_metric: Some(0.3),
            ..Settings::read(&mut Values::default())
        };
        let expected = "CloudWatch metrics in namespace Outrigger/Kafka, now:\n\n\
            level                                 its own     in all       a month\n\
            basic (DEFAULT)                            40         40         12.00\n\
            enhanced (PER_BROKER)                      60        100         30.00\n\
            topic (PER_TOPIC_PER_BROKER) *           3000       3100        930.00\n\
            partition (PER_TOPIC_PER_PARTITION)      9000      12100       3630.00\n\n\
            * is cloudwatch.level. cloudwatch.max-metrics publishes 1000 at most.\n\
            Requests are not in the price; topics, partitions and groups that come later add to it.\n";
        assert_eq!(report(&settings, [40, 60, 3000, 9000]), expected);
        let unpriced = report(&Settings::read(&mut Values::default()), [1, 1, 1, 1]);
        assert!(
            unpriced.contains("--cloudwatch.price-per-metric") && !unpriced.contains("a month\n")
        );
    }
}
