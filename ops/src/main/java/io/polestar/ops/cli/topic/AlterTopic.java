package io.polestar.ops.cli.topic;

import io.polestar.ops.cli.CliException;
import io.polestar.ops.cli.ClientVerb;
import io.polestar.ops.cli.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.common.config.ConfigResource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code topic alter}: more partitions, configs set or returned to their defaults. */
@Command(
        name = "alter",
        description = "Adds partitions to a topic, or changes its configs.",
        mixinStandardHelpOptions = true)
final class AlterTopic extends ClientVerb {
    @Parameters(paramLabel = "TOPIC")
    private String name;

    @Option(names = "--partitions", description = "how many it is to have; never fewer than now")
    private Integer partitions;

    @Option(names = "--config", paramLabel = "KEY=VALUE", description = "a config to set; may be repeated")
    private Map<String, String> set = new LinkedHashMap<>();

    @Option(names = "--delete-config", paramLabel = "KEY", description = "a config to return to its default")
    private List<String> delete = new ArrayList<>();

    @Override
    protected void run() {
        if (partitions == null && set.isEmpty() && delete.isEmpty()) {
            throw CliException.refused("topic alter needs --partitions, --config or --delete-config");
        }
        Table changes = new Table("topic", "changed", "value");
        try (Admin admin = admin()) {
            if (!set.isEmpty() || !delete.isEmpty()) {
                alterConfigs(admin, changes);
            }
            if (partitions != null) {
                addPartitions(admin, changes);
            }
        }
        print(changes);
    }

    private void alterConfigs(Admin admin, Table changes) {
        List<AlterConfigOp> operations = new ArrayList<>();
        set.forEach((key, value) -> {
            operations.add(new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET));
            changes.row(name, key, value);
        });
        delete.forEach(key -> {
            operations.add(new AlterConfigOp(new ConfigEntry(key, null), AlterConfigOp.OpType.DELETE));
            changes.row(name, key, null);
        });
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, name);
        options()
                .await(
                        admin.incrementalAlterConfigs(Map.of(topic, operations))
                                .values()
                                .get(topic),
                        "topic " + name);
    }

    private void addPartitions(Admin admin, Table changes) {
        options()
                .await(
                        admin.createPartitions(Map.of(name, NewPartitions.increaseTo(partitions)))
                                .values()
                                .get(name),
                        "topic " + name);
        changes.row(name, "partitions", partitions);
    }
}
