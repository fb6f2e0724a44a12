package io.polestar.ops.cli.record;

import io.polestar.ops.cli.CliException;
import io.polestar.ops.cli.StartPoint;
import io.polestar.protocol.pattern.InvalidPatternException;
import io.polestar.protocol.pattern.TopicPattern;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/** The topics to read, by name or by pattern: as a group's member, or all their partitions for this reader alone. */
final class Subscription {
    private final List<String> names;
    private final Pattern pattern;

    private Subscription(List<String> names, Pattern pattern) {
        this.names = names;
        this.pattern = pattern;
    }

    static Subscription toTopics(List<String> names) {
        return new Subscription(names, null);
    }

    /** @throws CliException if it is no pattern; the line says where */
    static Subscription toPattern(String text) {
        try {
            return new Subscription(
                    List.of(), Pattern.compile(TopicPattern.parse(text).toRegex()));
        } catch (InvalidPatternException e) {
            throw CliException.refused("--pattern: " + e.getMessage(), e);
        }
    }

    /** Joins the consumer's group. A topic or a broker that is not there is found out now. */
    void subscribe(Consumer<?, ?> consumer) {
        if (pattern == null) {
            names.forEach(name -> partitionsOf(consumer, name));
            consumer.subscribe(names);
        } else {
            consumer.listTopics();
            consumer.subscribe(pattern);
        }
    }

    /** Takes all partitions that there are now, from a place on. */
    void assign(Consumer<?, ?> consumer, StartPoint from) {
        List<TopicPartition> partitions = new ArrayList<>();
        matching(consumer).forEach(name -> partitions.addAll(partitionsOf(consumer, name)));
        if (partitions.isEmpty()) {
            throw CliException.failed("no topic matches the pattern");
        }
        consumer.assign(partitions);
        switch (from.kind()) {
            case BEGINNING -> consumer.seekToBeginning(partitions);
            case END -> consumer.seekToEnd(partitions);
            case OFFSET -> partitions.forEach(partition -> consumer.seek(partition, from.value()));
            case TIMESTAMP_MS -> seekToTime(consumer, partitions, from.value());
        }
    }

    private Collection<String> matching(Consumer<?, ?> consumer) {
        return pattern == null
                ? names
                : consumer.listTopics().keySet().stream()
                        .filter(name -> pattern.matcher(name).matches())
                        .toList();
    }

    private static List<TopicPartition> partitionsOf(Consumer<?, ?> consumer, String name) {
        List<PartitionInfo> found = consumer.partitionsFor(name);
        if (found == null || found.isEmpty()) {
            throw CliException.failed("topic " + name + " does not exist");
        }
        return found.stream()
                .map(partition -> new TopicPartition(name, partition.partition()))
                .toList();
    }

    private static void seekToTime(Consumer<?, ?> consumer, List<TopicPartition> partitions, long epochMs) {
        Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(
                partitions.stream().collect(Collectors.toMap(Function.identity(), partition -> epochMs)));
        for (TopicPartition partition : partitions) {
            OffsetAndTimestamp first = found.get(partition);
            if (first == null) {
                consumer.seekToEnd(List.of(partition));
            } else {
                consumer.seek(partition, first.offset());
            }
        }
    }
}
