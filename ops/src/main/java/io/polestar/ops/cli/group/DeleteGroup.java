package io.polestar.ops.cli.group;

import io.polestar.ops.cli.ClientVerb;
import io.polestar.ops.cli.Table;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code group delete}. */
@Command(
        name = "delete",
        description = "Deletes groups without members, with their committed offsets.",
        mixinStandardHelpOptions = true)
final class DeleteGroup extends ClientVerb {
    @Parameters(paramLabel = "GROUP", arity = "1..*")
    private List<String> groups;

    @Override
    protected void run() {
        try (Admin admin = admin()) {
            Map<String, KafkaFuture<Void>> deleted =
                    admin.deleteConsumerGroups(groups).deletedGroups();
            Table table = new Table("group", "deleted");
            for (String group : groups) {
                options().await(deleted.get(group), "group " + group);
                table.row(group, true);
            }
            print(table);
        }
    }
}
