package io.polestar.broker.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.polestar.broker.topic.Partition;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** Size, disk use, end and durable end of every partition's log, as of the last scrape. Safe for use from any thread. */
public final class LogMeters {
    private final Supplier<Collection<Partition>> partitions;
    private final MultiGauge size;
    private final MultiGauge allocated;
    private final MultiGauge endOffset;
    private final MultiGauge durableOffset;

    public LogMeters(MeterRegistry registry, Supplier<Collection<Partition>> partitions) {
        this.partitions = partitions;
        this.size = MultiGauge.builder("polestar.log.size")
                .description("Bytes of the stored batches")
                .baseUnit("bytes")
                .register(registry);
        this.allocated = MultiGauge.builder("polestar.log.allocated")
                .description("Bytes of disk that the segments take, with what is reserved for the next appends")
                .baseUnit("bytes")
                .register(registry);
        this.endOffset = MultiGauge.builder("polestar.log.end.offset")
                .description("Offset after the last stored record")
                .register(registry);
        this.durableOffset = MultiGauge.builder("polestar.log.durable.offset")
                .description("Offset below which every record is on the disk")
                .register(registry);
    }

    /** Takes the partitions that there are now; for {@link Scrape}. */
    public CompletableFuture<Void> refresh() {
        Collection<Partition> now = partitions.get();
        size.register(rows(now, Partition::sizeInBytes), true);
        allocated.register(rows(now, Partition::allocatedBytes), true);
        endOffset.register(rows(now, Partition::logEndOffset), true);
        durableOffset.register(rows(now, Partition::durableOffset), true);
        return CompletableFuture.completedFuture(null);
    }

    private static List<MultiGauge.Row<?>> rows(Collection<Partition> now, ToDoubleFunction<Partition> value) {
        return now.stream()
                .<MultiGauge.Row<?>>map(partition -> MultiGauge.Row.of(tags(partition), partition, value))
                .toList();
    }

    private static Tags tags(Partition partition) {
        return Tags.of(
                "topic", partition.topicPartition().topic(),
                "partition", Integer.toString(partition.topicPartition().partition()));
    }
}
