package io.polestar.broker.hub.ledger;

import io.polestar.broker.topic.OffsetRange;
import io.polestar.broker.topic.Partition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was known of the groups when the broker stopped; read once, at the next start. Without it, after a kill, what groups were
 * handed but had not committed is not known. Immutable.
 */
final class Checkpoint {
    private static final Logger log = LoggerFactory.getLogger(Checkpoint.class);
    private static final String FILE_NAME = "ledger-checkpoint.json";

    static final Checkpoint NONE = new Checkpoint(new Content(List.of(), List.of()));

    /** As in {@link Account}. */
    record Place(
            String group,
            String topic,
            String topicId,
            int partition,
            long committed,
            long accountedTo,
            boolean exact) {}

    /** What a client was handed. */
    record Trail(String topic, String topicId, int partition, String clientId, List<Span> spans) {}

    /** Offsets from the first one to that after the last. */
    record Span(long from, long to) {}

    private record Content(List<Place> places, List<Trail> trails) {}

    private record Key(String group, String topicId, int partition) {}

    private final Map<Key, Place> places = new HashMap<>();
    private final Content content;

    private Checkpoint(Content content) {
        this.content = content;
        content.places().forEach(place -> places.put(new Key(place.group, place.topicId, place.partition), place));
    }

    /** @param partitions all, with an account or without: who has not committed yet may hold records, too */
    static Checkpoint of(List<Accounts.Place> accounts, Collection<Partition> partitions) {
        List<Place> places = accounts.stream().map(Checkpoint::place).toList();
        List<Trail> trails = partitions.stream()
                .flatMap(partition -> trailsOf(partition).stream())
                .toList();
        return new Checkpoint(new Content(places, trails));
    }

    private static Place place(Accounts.Place account) {
        Partition partition = account.partition();
        return new Place(
                account.group(),
                partition.topicPartition().topic(),
                partition.topicId().toString(),
                partition.topicPartition().partition(),
                account.committed(),
                account.accountedTo(),
                account.exact());
    }

    private static List<Trail> trailsOf(Partition partition) {
        TopicPartition name = partition.topicPartition();
        List<Trail> trails = new ArrayList<>();
        partition
                .readTrails()
                .all()
                .forEach((client, ranges) -> trails.add(new Trail(
                        name.topic(), partition.topicId().toString(), name.partition(), client, spans(ranges))));
        return trails;
    }

    private static List<Span> spans(List<OffsetRange> ranges) {
        return ranges.stream().map(range -> new Span(range.from(), range.to())).toList();
    }

    /** What the last stop left; nothing after a kill. */
    static Checkpoint read(Path dataDirectory) {
        Path file = dataDirectory.resolve(FILE_NAME);
        try {
            return Files.exists(file)
                    ? new Checkpoint(LedgerJson.MAPPER.readValue(file.toFile(), Content.class))
                    : NONE;
        } catch (IOException e) {
            log.warn("event=ledger_checkpoint_unreadable file={}", file, e);
            return NONE;
        }
    }

    /** From now on it is no longer true. */
    static void delete(Path dataDirectory) {
        try {
            Files.deleteIfExists(dataDirectory.resolve(FILE_NAME));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void write(Path dataDirectory) {
        Path file = dataDirectory.resolve(FILE_NAME);
        try {
            LedgerJson.MAPPER.writeValue(file.toFile(), content);
        } catch (IOException e) {
            log.warn("event=ledger_checkpoint_failed file={}", file, e);
        }
    }

    /** Where the group was, if it had committed the same offset then. */
    Optional<Place> place(String group, Partition partition, long committed) {
        return Optional.ofNullable(places.get(new Key(
                        group,
                        partition.topicId().toString(),
                        partition.topicPartition().partition())))
                .filter(place -> place.committed == committed);
    }

    /** Whether there was a stop, and not a kill. */
    boolean isThere() {
        return this != NONE;
    }

    List<Trail> trails() {
        return content.trails();
    }
}
