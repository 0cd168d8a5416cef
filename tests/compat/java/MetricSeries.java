// Feeds series of events to Yammer's metrics-core 2.2 and to Kafka's own metrics, with a clock that stands where it is put, and prints
// the events and what both showed, as `crates/mbean/examples/series.rs` reads them:
//   scenario NAME | at MILLISECOND | mark N | record N... | tick | expect ATTRIBUTE LOW HIGH
// A rate may differ by 5 %. The reservoir chooses by chance, so 48 of them see the same values: a percentile may lie between the
// smallest and the largest of theirs, and a bucket of ours (3 %) beside.

import com.yammer.metrics.core.Clock;
import com.yammer.metrics.core.Histogram;
import com.yammer.metrics.core.Meter;
import com.yammer.metrics.stats.ExponentiallyDecayingSample;
import com.yammer.metrics.stats.Sample;
import com.yammer.metrics.stats.Snapshot;
import java.io.PrintStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.metrics.MetricConfig;
import org.apache.kafka.common.metrics.stats.Avg;
import org.apache.kafka.common.metrics.stats.Max;
import org.apache.kafka.common.metrics.stats.Rate;

public class MetricSeries {
    static final int RESERVOIRS = 48;
    static final double RATE_TOLERANCE = 0.05;
    static final double BUCKET_TOLERANCE = 0.032;
    static final String[] PERCENTILES = {"50", "75", "95", "98", "99", "999"};
    static final PrintStream out = new PrintStream(System.out, false);

    public static void main(String[] arguments) throws Exception {
        steady();
        bursts();
        lateTicks();
        fewValues();
        busyShift();
        slowDrift();
        silence();
        heavyTail();
        out.flush();
        System.exit(0);
    }

    /** The same number of events and like values every second. */
    static void steady() throws Exception {
        Series series = new Series("steady");
        Random random = new Random(1);
        for (int second = 1; second <= 1200; second++) {
            series.at(second * 1000L);
            series.mark(40);
            for (int i = 0; i < 40; i++) series.record(1000 + random.nextInt(9000));
            series.tickEvery5Seconds(second);
            if (second == 3 || second == 5 || second % 240 == 0) series.expectAll();
        }
        series.end();
    }

    /** Ten seconds of load, fifty of none. */
    static void bursts() throws Exception {
        Series series = new Series("bursts");
        Random random = new Random(2);
        for (int second = 1; second <= 900; second++) {
            series.at(second * 1000L);
            if (second % 60 < 10) {
                series.mark(500);
                for (int i = 0; i < 50; i++) series.record((long) Math.exp(5 + 2 * random.nextGaussian()));
            }
            series.tickEvery5Seconds(second);
            if (second % 75 == 0) series.expectMeter();
            if (second % 300 == 0) series.expectHistogram();
        }
        series.end();
    }

    /** Ticks of an owner that is late by up to half a second: Yammer's are at their time. */
    static void lateTicks() throws Exception {
        Series series = new Series("late-ticks");
        Random random = new Random(3);
        for (int second = 1; second <= 600; second++) {
            series.at(second * 1000L);
            series.mark(20 + second / 10);
            if (second % 5 == 0) {
                series.yammerTick();
                series.at(second * 1000L + random.nextInt(500));
                series.oursTick();
            }
            if (second % 60 == 0) series.expectRates();
        }
        series.end();
    }

    /** So few values that the reservoir holds all of them, however old they are. */
    static void fewValues() throws Exception {
        Series series = new Series("few-values");
        Random random = new Random(4);
        for (int second = 5; second <= 5000; second += 5) {
            series.at(second * 1000L);
            series.record(second / 5 + random.nextInt(20));
            series.tick();
            if (second == 5 || second == 10 || second == 100 || second % 1000 == 0) series.expectHistogram();
        }
        series.end();
    }

    /** Busy, and what is recorded becomes ten times as much. */
    static void busyShift() throws Exception {
        Series series = new Series("busy-shift");
        Random random = new Random(5);
        for (int second = 1; second <= 900; second++) {
            series.at(second * 1000L);
            int scale = second < 600 ? 1 : 10;
            for (int i = 0; i < 200; i++) series.record(scale * (5000 + random.nextInt(1000)));
            series.tickEvery5Seconds(second);
            if (second == 595 || second == 610 || second == 625 || second == 660 || second == 720 || second == 900) series.expectHistogram();
        }
        series.end();
    }

    /** Three values a second that grow all the time: the reservoir favours the last thousand. */
    static void slowDrift() throws Exception {
        Series series = new Series("slow-drift");
        Random random = new Random(6);
        for (int second = 1; second <= 3000; second++) {
            series.at(second * 1000L);
            for (int i = 0; i < 3; i++) series.record(second * 10L + random.nextInt(300));
            series.tickEvery5Seconds(second);
            if (second % 500 == 0) series.expectHistogram();
        }
        series.end();
    }

    /** Traffic, an hour of nothing, one value: what was there stays. */
    static void silence() throws Exception {
        Series series = new Series("silence");
        Random random = new Random(7);
        for (int second = 1; second <= 300; second++) {
            series.at(second * 1000L);
            series.mark(100);
            for (int i = 0; i < 100; i++) series.record(100 + random.nextInt(100));
            series.tickEvery5Seconds(second);
        }
        for (int second = 305; second <= 3900; second += 5) {
            series.at(second * 1000L);
            series.tick();
            if (second == 330 || second == 600) series.expectAll();
        }
        series.expectHistogram();
        series.at(3_901_000);
        series.record(5000);
        series.at(3_905_000);
        series.tick();
        series.expectHistogram();
        series.end();
    }

    /** Values over seven decades. */
    static void heavyTail() throws Exception {
        Series series = new Series("heavy-tail");
        Random random = new Random(8);
        for (int second = 1; second <= 300; second++) {
            series.at(second * 1000L);
            for (int i = 0; i < 100; i++) series.record((long) (10 / Math.pow(1 - random.nextDouble(), 1.5)));
            series.tickEvery5Seconds(second);
            if (second % 100 == 0) series.expectHistogram();
        }
        series.end();
    }

    /** The same events for everybody. */
    static class Series {
        final String name;
        long millis = 0;
        final Clock clock = new Clock() {
            @Override public long tick() { return millis * 1_000_000; }
            @Override public long time() { return millis; }
        };
        final Meter meter;
        final Method meterTick;
        final List<Sample> reservoirs = new ArrayList<>();
        final Histogram histogram;
        final MetricConfig config = new MetricConfig();
        final Rate rate = new Rate();
        final Avg avg = new Avg();
        final Max max = new Max();
        final StringBuilder records = new StringBuilder();
        long marks = 0;

        Series(String name) throws Exception {
            this.name = name;
            out.println("scenario " + name);
            Constructor<Meter> constructor =
                Meter.class.getDeclaredConstructor(ScheduledExecutorService.class, String.class, TimeUnit.class, Clock.class);
            constructor.setAccessible(true);
            meter = constructor.newInstance(new NeverTicks(), "events", TimeUnit.SECONDS, clock);
            meterTick = Meter.class.getDeclaredMethod("tick");
            meterTick.setAccessible(true);
            for (int i = 0; i < RESERVOIRS; i++) reservoirs.add(new ExponentiallyDecayingSample(1028, 0.015, clock));
            Constructor<Histogram> histograms = Histogram.class.getDeclaredConstructor(Sample.class);
            histograms.setAccessible(true);
            histogram = histograms.newInstance(reservoirs.get(0));
            rate.record(config, 0, 0);
        }

        void at(long millis) {
            flush();
            this.millis = millis;
            out.println("at " + millis);
        }

        void mark(long n) {
            meter.mark(n);
            rate.record(config, n, millis);
            marks += n;
        }

        void record(long value) {
            histogram.update(value);
            for (Sample reservoir : reservoirs.subList(1, RESERVOIRS)) reservoir.update(value);
            avg.record(config, value, millis);
            max.record(config, value, millis);
            records.append(' ').append(value);
        }

        void tickEvery5Seconds(int second) throws Exception {
            if (second % 5 == 0) tick();
        }

        void tick() throws Exception {
            yammerTick();
            oursTick();
        }

        void yammerTick() throws Exception {
            meterTick.invoke(meter);
        }

        void oursTick() {
            flush();
            out.println("tick");
        }

        void expectAll() {
            expectMeter();
            expectHistogram();
            if (avg.measure(config, millis) > 0) expectWindows();
        }

        void expectMeter() {
            expect("Meter.Count", meter.count(), meter.count());
            expectRates();
        }

        void expectRates() {
            near("Meter.MeanRate", meter.meanRate(), RATE_TOLERANCE);
            near("Meter.OneMinuteRate", meter.oneMinuteRate(), RATE_TOLERANCE);
            near("Meter.FiveMinuteRate", meter.fiveMinuteRate(), RATE_TOLERANCE);
            near("Meter.FifteenMinuteRate", meter.fifteenMinuteRate(), RATE_TOLERANCE);
        }

        /** Of a stream that goes on: what is read every 5 s cannot tell where in them a burst began. */
        void expectWindows() {
            near("kafka.rate", rate.measure(config, millis), 2 * RATE_TOLERANCE);
            near("kafka.avg", avg.measure(config, millis), RATE_TOLERANCE);
            near("kafka.max", max.measure(config, millis), 0);
        }

        void expectHistogram() {
            expect("Histogram.Count", histogram.count(), histogram.count());
            near("Histogram.Max", histogram.max(), 0);
            near("Histogram.Min", histogram.min(), 0);
            near("Histogram.Mean", histogram.mean(), 1e-9);
            near("Histogram.StdDev", histogram.stdDev(), 1e-6);
            List<Snapshot> snapshots = reservoirs.stream().map(Sample::getSnapshot).toList();
            for (String percentile : PERCENTILES) {
                double quantile = Double.parseDouble("0." + percentile);
                double low = snapshots.stream().mapToDouble(snapshot -> snapshot.getValue(quantile)).min().orElse(0);
                double high = snapshots.stream().mapToDouble(snapshot -> snapshot.getValue(quantile)).max().orElse(0);
                expect("Histogram." + percentile + "thPercentile", low * (1 - BUCKET_TOLERANCE), high * (1 + BUCKET_TOLERANCE));
            }
        }

        void near(String attribute, double value, double tolerance) {
            expect(attribute, value - tolerance * Math.abs(value), value + tolerance * Math.abs(value));
        }

        void expect(String attribute, double low, double high) {
            flush();
            out.println(String.format(Locale.ROOT, "expect %s %s %s", attribute, low, high));
        }

        void flush() {
            if (marks > 0) out.println("mark " + marks);
            if (records.length() > 0) out.println("record" + records);
            marks = 0;
            records.setLength(0);
        }

        void end() {
            flush();
        }
    }

    /** Yammer's own ticks are in real time; here the series ticks. */
    static class NeverTicks extends ScheduledThreadPoolExecutor {
        NeverTicks() {
            super(0);
        }

        @Override
        public ScheduledFuture<?> scheduleAtFixedRate(Runnable command, long delay, long period, TimeUnit unit) {
            return null;
        }
    }
}
