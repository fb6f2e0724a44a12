package io.polestar.ops.cli.topic;

import io.polestar.ops.cli.ClientVerb;
import io.polestar.ops.cli.Table;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.NewTopic;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code topic create}. */
@Command(name = "create", description = "Creates a topic.", mixinStandardHelpOptions = true)
final class CreateTopic extends ClientVerb {
    @Parameters(paramLabel = "TOPIC")
    private String name;

    @Option(names = "--partitions", description = "how many (default: the broker's num.partitions)")
    private Optional<Integer> partitions;

    @Option(names = "--config", paramLabel = "KEY=VALUE", description = "a topic config; may be repeated")
    private Map<String, String> configs = new LinkedHashMap<>();

    @Option(names = "--dry-run", description = "let the broker check it, and create nothing")
    private boolean dryRun;

    @Override
    protected void run() {
        NewTopic topic = new NewTopic(name, partitions, Optional.empty()).configs(configs);
        try (Admin admin = admin()) {
            CreateTopicsResult created =
                    admin.createTopics(List.of(topic), new CreateTopicsOptions().validateOnly(dryRun));
            options().await(created.values().get(name), "topic " + name);
            print(new Table("topic", "topicId", "partitions", "created")
                    .row(
                            name,
                            dryRun
                                    ? null
                                    : options()
                                            .await(created.topicId(name), name)
                                            .toString(),
                            options().await(created.numPartitions(name), name),
                            !dryRun));
        }
    }
}
