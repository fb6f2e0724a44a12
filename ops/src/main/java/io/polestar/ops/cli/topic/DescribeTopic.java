package io.polestar.ops.cli.topic;

import io.polestar.ops.cli.ClientVerb;
import io.polestar.ops.cli.Json;
import io.polestar.ops.cli.Table;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code topic describe}: partitions with their first, end and durable offsets, and the configs that were set. */
@Command(
        name = "describe",
        description = "Shows a topic's partitions, their offsets, and the configs set on it.",
        mixinStandardHelpOptions = true)
final class DescribeTopic extends ClientVerb {
    @Parameters(paramLabel = "TOPIC", arity = "1..*")
    private List<String> names;

    private record Described(
            TopicDescription topic,
            Map<String, String> configs,
            Map<TopicPartition, Long> first,
            Map<TopicPartition, Long> end,
            Map<Integer, OnDisk.State> onDisk) {}

    @Override
    protected void run() {
        try (Admin admin = admin()) {
            for (String name : names) {
                Described described = describe(admin, name);
                if (options().json()) {
                    out().println(json(described).line());
                } else {
                    printText(described);
                }
            }
        }
    }

    private Described describe(Admin admin, String name) {
        String subject = "topic " + name;
        TopicDescription topic = options()
                .await(admin.describeTopics(List.of(name)).topicNameValues().get(name), subject);
        return new Described(
                topic,
                configs(admin, name),
                offsets(admin, topic, OffsetSpec.earliest()),
                offsets(admin, topic, OffsetSpec.latest()),
                new OnDisk(options(), admin).of(topic));
    }

    private Map<String, String> configs(Admin admin, String name) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
        return options()
                .await(admin.describeConfigs(List.of(resource)).values().get(resource), "configs of " + name)
                .entries()
                .stream()
                .filter(entry -> entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG)
                .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value, (a, b) -> a, TreeMap::new));
    }

    private Map<TopicPartition, Long> offsets(Admin admin, TopicDescription topic, OffsetSpec which) {
        Map<TopicPartition, OffsetSpec> asked = topic.partitions().stream()
                .map(partition -> new TopicPartition(topic.name(), partition.partition()))
                .collect(Collectors.toMap(Function.identity(), partition -> which));
        return options().await(admin.listOffsets(asked).all(), "offsets of " + topic.name()).entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        (Map.Entry<TopicPartition, ListOffsetsResult.ListOffsetsResultInfo> entry) ->
                                entry.getValue().offset()));
    }

    private static Json json(Described described) {
        TopicDescription topic = described.topic();
        return Json.object()
                .with("topic", topic.name())
                .with("topicId", topic.topicId().toString())
                .with("internal", topic.isInternal())
                .with("configs", described.configs())
                .with(
                        "partitions",
                        topic.partitions().stream()
                                .map(partition -> json(described, partition))
                                .toList());
    }

    private static Map<String, Object> json(Described described, TopicPartitionInfo partition) {
        Optional<OnDisk.State> onDisk = Optional.ofNullable(described.onDisk().get(partition.partition()));
        TopicPartition key = new TopicPartition(described.topic().name(), partition.partition());
        return Json.object()
                .with("partition", partition.partition())
                .with(
                        "leader",
                        partition.leader() == null ? null : partition.leader().id())
                .with("replicas", ids(partition.replicas()))
                .with("isr", ids(partition.isr()))
                .with("firstOffset", described.first().get(key))
                .with("endOffset", described.end().get(key))
                .with("durableOffset", onDisk.map(OnDisk.State::durableOffset).orElse(null))
                .with("allocatedBytes", onDisk.map(OnDisk.State::allocatedBytes).orElse(null))
                .fields();
    }

    private void printText(Described described) {
        TopicDescription topic = described.topic();
        out().println(topic.name() + "  id " + topic.topicId() + "  " + described.configs());
        Table table = new Table(
                "partition",
                "leader",
                "replicas",
                "isr",
                "firstOffset",
                "endOffset",
                "durableOffset",
                "allocatedBytes");
        topic.partitions()
                .forEach(partition ->
                        table.row(json(described, partition).values().toArray()));
        print(table);
    }

    private static List<Integer> ids(List<Node> nodes) {
        return nodes.stream().map(Node::id).toList();
    }
}
