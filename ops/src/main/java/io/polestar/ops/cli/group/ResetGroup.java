package io.polestar.ops.cli.group;

import io.polestar.ops.cli.CliException;
import io.polestar.ops.cli.ClientVerb;
import io.polestar.ops.cli.StartPoint;
import io.polestar.ops.cli.Table;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code group reset}: moves the committed offsets of a group that has no members. */
@Command(
        name = "reset",
        description = "Moves a group's committed offsets; the group must have no members.",
        mixinStandardHelpOptions = true)
final class ResetGroup extends ClientVerb {
    @Parameters(paramLabel = "GROUP")
    private String group;

    @Option(names = "--topic", description = "a topic to move; may be repeated (default: those with a commit)")
    private List<String> topics = new ArrayList<>();

    @Option(names = "--to", required = true, converter = StartPoint.Converter.class, description = StartPoint.SYNTAX)
    private StartPoint to;

    @Option(names = "--dry-run", description = "show it only")
    private boolean dryRun;

    @Override
    protected void run() {
        String subject = "group " + group;
        try (Admin admin = admin()) {
            Map<TopicPartition, OffsetAndMetadata> committed = options()
                    .await(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata(group), subject);
            Set<TopicPartition> partitions = topics.isEmpty() ? committed.keySet() : partitions(admin);
            if (partitions.isEmpty()) {
                throw CliException.failed(subject + " has no committed offsets; --topic names what to set");
            }
            Map<TopicPartition, Long> target = target(admin, partitions);
            if (!dryRun) {
                options()
                        .await(
                                admin.alterConsumerGroupOffsets(group, offsets(target))
                                        .all(),
                                subject);
            }
            print(table(committed, target));
        }
    }

    private Set<TopicPartition> partitions(Admin admin) {
        Set<TopicPartition> partitions = new HashSet<>();
        for (String topic : topics) {
            options()
                    .await(
                            admin.describeTopics(List.of(topic))
                                    .topicNameValues()
                                    .get(topic),
                            "topic " + topic)
                    .partitions()
                    .forEach(found -> partitions.add(new TopicPartition(topic, found.partition())));
        }
        return partitions;
    }

    /** An offset outside a partition is moved to its nearer end; a time after the last record is the end. */
    private Map<TopicPartition, Long> target(Admin admin, Set<TopicPartition> partitions) {
        Map<TopicPartition, Long> ends = list(admin, partitions, OffsetSpec.latest());
        Map<TopicPartition, Long> firsts = list(admin, partitions, OffsetSpec.earliest());
        Map<TopicPartition, Long> asked = to.offset().isPresent() ? Map.of() : list(admin, partitions, to.spec());
        Map<TopicPartition, Long> target =
                new TreeMap<>(Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition));
        for (TopicPartition partition : partitions) {
            long end = ends.get(partition);
            long offset = to.offset().orElseGet(() -> asked.get(partition));
            target.put(partition, offset < 0 ? end : Math.max(firsts.get(partition), Math.min(end, offset)));
        }
        return target;
    }

    private Map<TopicPartition, Long> list(Admin admin, Set<TopicPartition> partitions, OffsetSpec spec) {
        Map<TopicPartition, OffsetSpec> asked =
                partitions.stream().collect(Collectors.toMap(partition -> partition, partition -> spec));
        return options().await(admin.listOffsets(asked).all(), "offsets of group " + group).entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().offset()));
    }

    private static Map<TopicPartition, OffsetAndMetadata> offsets(Map<TopicPartition, Long> target) {
        return target.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> new OffsetAndMetadata(entry.getValue())));
    }

    private Table table(Map<TopicPartition, OffsetAndMetadata> committed, Map<TopicPartition, Long> target) {
        Table table = new Table("group", "topic", "partition", "from", "to", "changed");
        target.forEach((partition, offset) -> {
            OffsetAndMetadata before = committed.get(partition);
            table.row(
                    group,
                    partition.topic(),
                    partition.partition(),
                    before == null ? null : before.offset(),
                    offset,
                    !dryRun);
        });
        return table;
    }
}
