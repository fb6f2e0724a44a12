package io.polestar.broker.admin;

import io.polestar.broker.http.JsonPages;
import io.polestar.broker.topic.Partition;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** {@code /v1/topics}, and {@code /v1/topics/NAME} with its partitions: how far each is written, committed and durable. */
public final class TopicsPage implements JsonPages.Page {
    private final Supplier<Collection<Partition>> partitions;

    /** @param partitions those online now */
    public TopicsPage(Supplier<Collection<Partition>> partitions) {
        this.partitions = partitions;
    }

    /** A line of the list. */
    private record TopicLine(
            String topic, String durability, int partitions, int offline, long sizeBytes, long allocatedBytes) {}

    /** A topic with its partitions, in order. */
    private record TopicDetail(String topic, String topicId, String durability, List<PartitionLine> partitions) {}

    /**
     * @param state {@code online}, or {@code offline} after a failure of its log
     * @param durableOffset the offset below which everything is on the disk
     * @param sizeBytes of the batches
     * @param allocatedBytes of disk that the segments take
     * @param segments how many files
     */
    private record PartitionLine(
            int partition,
            String state,
            int leaderEpoch,
            long startOffset,
            long highWatermark,
            long endOffset,
            long durableOffset,
            long sizeBytes,
            long allocatedBytes,
            int segments) {}

    @Override
    public Optional<?> at(String name) {
        return name.isEmpty() ? Optional.of(list()) : detail(name);
    }

    private List<TopicLine> list() {
        Map<String, List<Partition>> byTopic = partitions.get().stream()
                .collect(Collectors.groupingBy(
                        partition -> partition.topicPartition().topic(), TreeMap::new, Collectors.toList()));
        return byTopic.entrySet().stream()
                .map(topic -> line(topic.getKey(), topic.getValue()))
                .toList();
    }

    private static TopicLine line(String topic, List<Partition> parts) {
        return new TopicLine(
                topic,
                parts.get(0).durability().toString(),
                parts.size(),
                (int) parts.stream().filter(Partition::isOffline).count(),
                parts.stream().mapToLong(Partition::sizeInBytes).sum(),
                parts.stream().mapToLong(Partition::allocatedBytes).sum());
    }

    private Optional<TopicDetail> detail(String topic) {
        List<Partition> parts = partitions.get().stream()
                .filter(partition -> partition.topicPartition().topic().equals(topic))
                .sorted(Comparator.comparing(
                        partition -> partition.topicPartition().partition()))
                .toList();
        return parts.stream()
                .findFirst()
                .map(first -> new TopicDetail(
                        topic,
                        first.topicId().toString(),
                        first.durability().toString(),
                        parts.stream().map(TopicsPage::line).toList()));
    }

    private static PartitionLine line(Partition partition) {
        return new PartitionLine(
                partition.topicPartition().partition(),
                partition.isOffline() ? "offline" : "online",
                partition.leaderEpoch(),
                partition.logStartOffset(),
                partition.highWatermark(),
                partition.logEndOffset(),
                partition.durableOffset(),
                partition.sizeInBytes(),
                partition.allocatedBytes(),
                partition.segments().size());
    }
}
