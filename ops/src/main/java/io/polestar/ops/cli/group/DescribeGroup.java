package io.polestar.ops.cli.group;

import io.polestar.ops.cli.ClientVerb;
import io.polestar.ops.cli.Table;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code group describe}: for every partition who reads it, what is committed, and how far that is behind. */
@Command(
        name = "describe",
        description = "Shows a group's partitions: member, committed offset, lag in records and in seconds.",
        mixinStandardHelpOptions = true)
final class DescribeGroup extends ClientVerb {
    @Parameters(paramLabel = "GROUP")
    private String group;

    @Override
    protected void run() {
        String subject = "group " + group;
        try (Admin admin = admin()) {
            ConsumerGroupDescription description = options()
                    .await(
                            admin.describeConsumerGroups(List.of(group))
                                    .describedGroups()
                                    .get(group),
                            subject);
            Map<TopicPartition, OffsetAndMetadata> committed = options()
                    .await(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata(group), subject);
            committed.values().removeIf(Objects::isNull);
            print(table(description, committed, ends(admin, description, committed)));
        }
    }

    private Map<TopicPartition, Long> ends(
            Admin admin, ConsumerGroupDescription description, Map<TopicPartition, OffsetAndMetadata> committed) {
        Map<TopicPartition, OffsetSpec> asked = partitions(description, committed).stream()
                .collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest()));
        return options().await(admin.listOffsets(asked).all(), "end offsets").entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        (Map.Entry<TopicPartition, ListOffsetsResultInfo> entry) ->
                                entry.getValue().offset()));
    }

    /** Those that are assigned and those that are only committed. */
    private static SortedSet<TopicPartition> partitions(
            ConsumerGroupDescription description, Map<TopicPartition, OffsetAndMetadata> committed) {
        SortedSet<TopicPartition> partitions =
                new TreeSet<>(Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition));
        partitions.addAll(committed.keySet());
        description
                .members()
                .forEach(member -> partitions.addAll(member.assignment().topicPartitions()));
        return partitions;
    }

    private Table table(
            ConsumerGroupDescription description,
            Map<TopicPartition, OffsetAndMetadata> committed,
            Map<TopicPartition, Long> ends) {
        Map<TopicPartition, MemberDescription> readers = readers(description);
        Map<TopicPartition, Double> seconds = LagSeconds.of(options(), committed, ends);
        Table table = new Table(
                "group",
                "state",
                "topic",
                "partition",
                "committed",
                "end",
                "lag",
                "lagSeconds",
                "member",
                "clientId",
                "host");
        for (TopicPartition partition : partitions(description, committed)) {
            OffsetAndMetadata position = committed.get(partition);
            MemberDescription reader = readers.get(partition);
            table.row(
                    group,
                    description.groupState().toString(),
                    partition.topic(),
                    partition.partition(),
                    position == null ? null : position.offset(),
                    ends.get(partition),
                    position == null ? null : ends.get(partition) - position.offset(),
                    seconds.get(partition),
                    reader == null ? null : reader.consumerId(),
                    reader == null ? null : reader.clientId(),
                    reader == null ? null : reader.host());
        }
        return table;
    }

    private static Map<TopicPartition, MemberDescription> readers(ConsumerGroupDescription description) {
        Map<TopicPartition, MemberDescription> readers = new HashMap<>();
        for (MemberDescription member : description.members()) {
            member.assignment().topicPartitions().forEach(partition -> readers.put(partition, member));
        }
        return readers;
    }
}
