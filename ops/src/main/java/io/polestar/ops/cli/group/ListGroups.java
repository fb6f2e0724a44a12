package io.polestar.ops.cli.group;

import io.polestar.ops.cli.ClientVerb;
import io.polestar.ops.cli.Table;
import java.util.Comparator;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import picocli.CommandLine.Command;

/** {@code group list}. */
@Command(name = "list", description = "Lists the groups.", mixinStandardHelpOptions = true)
final class ListGroups extends ClientVerb {
    @Override
    protected void run() {
        try (Admin admin = admin()) {
            List<GroupListing> groups = options().await(admin.listGroups().all(), "groups").stream()
                    .sorted(Comparator.comparing(GroupListing::groupId))
                    .toList();
            Table table = new Table("group", "type", "protocol", "state");
            for (GroupListing group : groups) {
                table.row(
                        group.groupId(),
                        group.type().map(Object::toString).orElse(null),
                        group.protocol(),
                        group.groupState().map(Object::toString).orElse(null));
            }
            print(table);
        }
    }
}
