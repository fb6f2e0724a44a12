package io.polestar.broker.metrics;

import io.polestar.broker.topic.Partition;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * Size and end of every partition's log, read when they are scraped: a meter for each of ten thousand partitions would
 * cost more memory and time than the partitions. Safe for use from any thread.
 */
public final class LogMeters implements MultiCollector {

    /** A partition and how it is named, which all of its figures share. */
    private record Row(Partition partition, Labels labels) {}

    private final Supplier<Collection<Partition>> partitions;

    public LogMeters(Supplier<Collection<Partition>> partitions) {
        this.partitions = partitions;
    }

    @Override
    public MetricSnapshots collect() {
        List<Row> rows = partitions.get().stream()
                .map(partition -> new Row(partition, labels(partition)))
                .toList();
        return new MetricSnapshots(
                gauge(rows, "size_bytes", "Bytes of the stored batches", Partition::sizeInBytes),
                gauge(
                        rows,
                        "allocated_bytes",
                        "Bytes of disk that the segments take, with what is reserved for the next appends",
                        Partition::allocatedBytes),
                gauge(rows, "end_offset", "Offset after the last stored record", Partition::logEndOffset),
                gauge(
                        rows,
                        "durable_offset",
                        "Offset below which every record is on the disk",
                        Partition::durableOffset));
    }

    private static Labels labels(Partition partition) {
        return Labels.of(
                "partition",
                Integer.toString(partition.topicPartition().partition()),
                "topic",
                partition.topicPartition().topic());
    }

    private static GaugeSnapshot gauge(List<Row> rows, String name, String help, ToDoubleFunction<Partition> value) {
        GaugeSnapshot.Builder gauge =
                GaugeSnapshot.builder().name("polestar_log_" + name).help(help);
        for (Row row : rows) {
            gauge.dataPoint(GaugeDataPointSnapshot.builder()
                    .labels(row.labels())
                    .value(value.applyAsDouble(row.partition()))
                    .build());
        }
        return gauge.build();
    }
}
