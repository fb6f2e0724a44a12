package io.polestar.client;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;

/**
 * Where partitions begin for which there is no commit.
 *
 * @param value an offset, or milliseconds since 1970
 */
record StartPoint(Kind kind, long value) {
    enum Kind {
        BEGINNING,
        END,
        OFFSET,
        TIME
    }

    static final StartPoint BEGINNING = new StartPoint(Kind.BEGINNING, 0);
    static final StartPoint END = new StartPoint(Kind.END, 0);

    /** @throws IllegalArgumentException if it looks like a time and is none */
    static StartPoint parse(String text) {
        if (text.equals("beginning")) {
            return BEGINNING;
        }
        if (text.equals("end")) {
            return END;
        }
        if (text.matches("\\d+")) {
            return new StartPoint(Kind.OFFSET, Long.parseLong(text));
        }
        try {
            return new StartPoint(Kind.TIME, Instant.parse(text).toEpochMilli());
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "option from = " + text + " is refused; allowed: a time such as 2026-01-31T12:00:00Z", e);
        }
    }

    /** The offset of each partition. One beyond the log's end is its end, one before its beginning its beginning. */
    Map<TopicPartition, Long> offsets(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        return switch (kind) {
            case BEGINNING -> consumer.beginningOffsets(partitions);
            case END -> consumer.endOffsets(partitions);
            case OFFSET -> clamped(consumer, partitions);
            case TIME -> byTime(consumer, partitions);
        };
    }

    private Map<TopicPartition, Long> clamped(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        Map<TopicPartition, Long> offsets = new HashMap<>(consumer.endOffsets(partitions));
        consumer.beginningOffsets(partitions)
                .forEach((partition, first) ->
                        offsets.computeIfPresent(partition, (same, end) -> Math.max(first, Math.min(value, end))));
        return offsets;
    }

    private Map<TopicPartition, Long> byTime(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        Map<TopicPartition, Long> offsets = new HashMap<>(consumer.endOffsets(partitions));
        Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(
                partitions.stream().collect(Collectors.toMap(Function.identity(), partition -> value)));
        found.forEach((partition, first) -> {
            if (first != null) {
                offsets.put(partition, first.offset());
            }
        });
        return offsets;
    }
}
