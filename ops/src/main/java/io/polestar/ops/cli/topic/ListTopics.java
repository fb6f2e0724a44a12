package io.polestar.ops.cli.topic;

import io.polestar.ops.cli.ClientVerb;
import io.polestar.ops.cli.Table;
import java.util.Comparator;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.TopicListing;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code topic list}. */
@Command(name = "list", description = "Lists the topics.", mixinStandardHelpOptions = true)
final class ListTopics extends ClientVerb {
    @Option(names = "--internal", description = "the broker's own topics as well")
    private boolean internal;

    @Override
    protected void run() {
        try (Admin admin = admin()) {
            List<TopicListing> topics = options()
                    .await(
                            admin.listTopics(new ListTopicsOptions().listInternal(internal))
                                    .listings(),
                            "topics")
                    .stream()
                    .sorted(Comparator.comparing(TopicListing::name))
                    .toList();
            Table table = new Table("topic", "topicId", "internal");
            topics.forEach(topic -> table.row(topic.name(), topic.topicId().toString(), topic.isInternal()));
            print(table);
        }
    }
}
