package io.polestar.ops.cli.view;

import io.polestar.broker.ViewConfigs;
import io.polestar.ops.cli.ClientVerb;
import io.polestar.ops.cli.Table;
import io.polestar.protocol.pattern.TopicPattern;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code view describe}: what a view shows, and how much of it there is. */
@Command(
        name = "describe",
        description = "Shows a view's pattern and filter, how many topics match, and its partitions' offsets.",
        mixinStandardHelpOptions = true)
final class DescribeView extends ClientVerb {
    @Parameters(paramLabel = "VIEW", arity = "1..*")
    private List<String> names;

    @Override
    protected void run() {
        try (Admin admin = admin()) {
            Table table = new Table(
                    "view",
                    "partition",
                    "pattern",
                    "where",
                    "whereKey",
                    "sourceHeaders",
                    "matchingTopics",
                    "firstOffset",
                    "endOffset");
            for (String name : names) {
                describe(admin, name, table);
            }
            print(table);
        }
    }

    private void describe(Admin admin, String name, Table table) {
        Config config = new ViewTopics(options(), admin).one(name);
        TopicPattern pattern = TopicPattern.parse(ViewTopics.value(config, ViewConfigs.PATTERN));
        long matching = options().await(admin.listTopics().names(), "topics").stream()
                .filter(pattern::matches)
                .filter(topic -> !topic.equals(name))
                .count();
        TopicDescription topic = options()
                .await(admin.describeTopics(List.of(name)).topicNameValues().get(name), "view " + name);
        Map<TopicPartition, OffsetSpec> first = new LinkedHashMap<>();
        Map<TopicPartition, OffsetSpec> end = new LinkedHashMap<>();
        topic.partitions().forEach(each -> {
            first.put(new TopicPartition(name, each.partition()), OffsetSpec.earliest());
            end.put(new TopicPartition(name, each.partition()), OffsetSpec.latest());
        });
        var firstOffsets = options().await(admin.listOffsets(first).all(), "offsets of " + name);
        var endOffsets = options().await(admin.listOffsets(end).all(), "offsets of " + name);
        first.keySet()
                .forEach(partition -> table.row(
                        name,
                        partition.partition(),
                        pattern.toString(),
                        ViewTopics.value(config, ViewConfigs.WHERE),
                        ViewTopics.value(config, ViewConfigs.WHERE_KEY),
                        Boolean.parseBoolean(ViewTopics.value(config, ViewConfigs.SOURCE_HEADERS)),
                        matching,
                        firstOffsets.get(partition).offset(),
                        endOffsets.get(partition).offset()));
    }
}
