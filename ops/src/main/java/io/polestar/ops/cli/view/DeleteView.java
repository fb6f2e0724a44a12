package io.polestar.ops.cli.view;

import io.polestar.ops.cli.ClientVerb;
import io.polestar.ops.cli.Table;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code view delete}; never a topic that is none. */
@Command(name = "delete", description = "Deletes views; their sources stay.", mixinStandardHelpOptions = true)
final class DeleteView extends ClientVerb {
    @Parameters(paramLabel = "VIEW", arity = "1..*")
    private List<String> names;

    @Override
    protected void run() {
        try (Admin admin = admin()) {
            ViewTopics views = new ViewTopics(options(), admin);
            names.forEach(views::one);
            Table table = new Table("view", "deleted");
            for (String name : names) {
                options()
                        .await(
                                admin.deleteTopics(List.of(name))
                                        .topicNameValues()
                                        .get(name),
                                "view " + name);
                table.row(name, true);
            }
            print(table);
        }
    }
}
