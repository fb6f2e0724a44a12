package io.polestar.ops.cli.view;

import io.polestar.broker.ViewConfigs;
import io.polestar.ops.cli.ClientVerb;
import io.polestar.ops.cli.Table;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;

/** {@code view list}. */
@Command(name = "list", description = "Lists the views.", mixinStandardHelpOptions = true)
final class ListViews extends ClientVerb {

    @Override
    protected void run() {
        try (Admin admin = admin()) {
            Set<String> topics = options().await(admin.listTopics().names(), "topics");
            Table table = new Table("view", "pattern", "where", "whereKey", "sourceHeaders", "backfill");
            new ViewTopics(options(), admin)
                    .among(topics)
                    .forEach((name, config) -> table.row(
                            name,
                            ViewTopics.value(config, ViewConfigs.PATTERN),
                            ViewTopics.value(config, ViewConfigs.WHERE),
                            ViewTopics.value(config, ViewConfigs.WHERE_KEY),
                            Boolean.parseBoolean(ViewTopics.value(config, ViewConfigs.SOURCE_HEADERS)),
                            Boolean.parseBoolean(ViewTopics.value(config, ViewConfigs.BACKFILL))));
            print(table);
        }
    }
}
