package io.polestar.ops.cli.topic;

import io.polestar.ops.cli.ClientVerb;
import io.polestar.ops.cli.Table;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code topic delete}. */
@Command(name = "delete", description = "Deletes topics and their data.", mixinStandardHelpOptions = true)
final class DeleteTopic extends ClientVerb {
    @Parameters(paramLabel = "TOPIC", arity = "1..*")
    private List<String> names;

    @Override
    protected void run() {
        try (Admin admin = admin()) {
            Map<String, KafkaFuture<Void>> deleted = admin.deleteTopics(names).topicNameValues();
            Table table = new Table("topic", "deleted");
            for (String name : names) {
                options().await(deleted.get(name), "topic " + name);
                table.row(name, true);
            }
            print(table);
        }
    }
}
