package io.polestar.broker.hub.ledger;

import io.polestar.broker.http.JsonPages;
import io.polestar.broker.topic.Partition;
import io.polestar.broker.topic.ProducerProgress;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** {@code /v1/audit}: what was lost, and how far groups and producers are. {@code topic}, {@code group} and {@code since} select. */
final class AuditPage implements JsonPages.Page {
    private final Entries entries;
    private final Accounts accounts;
    private final Runnable refresh;
    private final Supplier<Collection<Partition>> partitions;
    private final LongSupplier nowMs;

    /** @param refresh brings the entries up to date */
    AuditPage(
            Entries entries,
            Accounts accounts,
            Runnable refresh,
            Supplier<Collection<Partition>> partitions,
            LongSupplier nowMs) {
        this.entries = entries;
        this.accounts = accounts;
        this.refresh = refresh;
        this.partitions = partitions;
        this.nowMs = nowMs;
    }

    /** @param nothingLost whether no entry says that a group did not see records */
    private record Audit(
            long atMs,
            boolean nothingLost,
            List<LedgerEntry> entries,
            List<GroupLine> groups,
            List<PartitionLine> partitions) {}

    /**
     * @param committedOffset the next one that the group will read
     * @param deliveredOffset the offset after the last one that it was handed in a row
     * @param known whether all of what it was handed is known: not between a kill of the broker and the group's next commit
     */
    private record GroupLine(
            String group, String topic, int partition, long committedOffset, long deliveredOffset, boolean known) {}

    /**
     * @param startOffset the first one that is left
     * @param endOffset the offset after the last one stored
     * @param committedOffset the offset after the last one that consumers may read
     * @param durableOffset the offset below which all is on the device
     */
    private record PartitionLine(
            String topic,
            int partition,
            long startOffset,
            long endOffset,
            long committedOffset,
            long durableOffset,
            List<ProducerProgress> producers) {}

    /** What of the ledger is asked for. */
    private record Question(Optional<String> topic, Optional<String> group, long sinceMs) {
        static Question of(Map<String, List<String>> query) {
            return new Question(
                    first(query, "topic"),
                    first(query, "group"),
                    first(query, "since").map(Long::parseLong).orElse(0L));
        }

        private static Optional<String> first(Map<String, List<String>> query, String name) {
            return query.getOrDefault(name, List.of()).stream().findFirst();
        }

        boolean isAbout(LedgerEntry entry) {
            return isAbout(entry.topic())
                    && group.filter(asked -> !asked.equals(entry.group())).isEmpty()
                    && entry.lastAtMs() >= sinceMs;
        }

        boolean isAbout(String name) {
            return topic.filter(asked -> !asked.equals(name)).isEmpty();
        }
    }

    @Override
    public Optional<?> at(String rest) {
        return at(rest, Map.of());
    }

    @Override
    public Optional<?> at(String rest, Map<String, List<String>> query) {
        return rest.isEmpty() ? Optional.of(audit(Question.of(query))) : Optional.empty();
    }

    private Audit audit(Question question) {
        refresh.run();
        List<LedgerEntry> found = entries.all(question::isAbout);
        boolean lost = found.stream().anyMatch(entry -> entry.status() == Status.LOST);
        return new Audit(nowMs.getAsLong(), !lost, found, groups(question), partitions(question));
    }

    private List<GroupLine> groups(Question question) {
        Predicate<Accounts.Place> wanted =
                place -> question.isAbout(place.partition().topicPartition().topic())
                        && question.group()
                                .filter(asked -> !asked.equals(place.group()))
                                .isEmpty();
        return accounts.places().stream()
                .filter(wanted)
                .map(place -> new GroupLine(
                        place.group(),
                        place.partition().topicPartition().topic(),
                        place.partition().topicPartition().partition(),
                        place.committed(),
                        Math.max(place.committed(), place.deliveredTo()),
                        place.exact()))
                .sorted(Comparator.comparing(GroupLine::group)
                        .thenComparing(GroupLine::topic)
                        .thenComparing(GroupLine::partition))
                .toList();
    }

    private List<PartitionLine> partitions(Question question) {
        return partitions.get().stream()
                .filter(partition -> question.isAbout(partition.topicPartition().topic())
                        && !partition.topicPartition().topic().startsWith("__"))
                .map(AuditPage::line)
                .sorted(Comparator.comparing(PartitionLine::topic).thenComparing(PartitionLine::partition))
                .toList();
    }

    private static PartitionLine line(Partition partition) {
        return new PartitionLine(
                partition.topicPartition().topic(),
                partition.topicPartition().partition(),
                partition.logStartOffset(),
                partition.logEndOffset(),
                partition.highWatermark(),
                partition.durableOffset(),
                partition.producers());
    }
}
