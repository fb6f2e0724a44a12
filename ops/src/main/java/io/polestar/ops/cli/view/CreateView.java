package io.polestar.ops.cli.view;

import io.polestar.broker.ViewConfigs;
import io.polestar.ops.cli.CliException;
import io.polestar.ops.cli.ClientVerb;
import io.polestar.ops.cli.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.NewTopic;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code view create}. */
@Command(
        name = "create",
        description = "Creates a view: a read-only topic that shows the records of all topics that match a pattern.",
        mixinStandardHelpOptions = true)
final class CreateView extends ClientVerb {
    @Parameters(paramLabel = "VIEW")
    private String name;

    @Option(
            names = "--pattern",
            required = true,
            description = "which topics: * for one level, a last > for all further ones, as in weather.*.london")
    private String pattern;

    @Option(
            names = "--where",
            paramLabel = "header.NAME=VALUE",
            description = "only records with this header; may be repeated, then all must be there")
    private List<String> where = new ArrayList<>();

    @Option(names = "--where-key", paramLabel = "PREFIX", description = "only records whose key begins so")
    private Optional<String> whereKey;

    @Option(names = "--partitions", defaultValue = "1", description = "how many (default: ${DEFAULT-VALUE})")
    private int partitions;

    @Option(
            names = "--source-headers",
            paramLabel = "on|off",
            defaultValue = "on",
            description = "whether each record tells topic, partition and offset of its source (default: on);"
                    + " off: records are served without a copy")
    private String sourceHeaders;

    @Option(names = "--backfill", description = "begin with what the sources hold now, not with what comes after")
    private boolean backfill;

    @Option(names = "--config", paramLabel = "KEY=VALUE", description = "another topic config; may be repeated")
    private Map<String, String> configs = new LinkedHashMap<>();

    @Override
    protected void run() {
        NewTopic topic = new NewTopic(name, Optional.of(partitions), Optional.empty()).configs(allConfigs());
        try (Admin admin = admin()) {
            CreateTopicsResult created = admin.createTopics(List.of(topic));
            options().await(created.values().get(name), "view " + name);
            print(new Table("view", "topicId", "pattern", "partitions", "created")
                    .row(name, options().await(created.topicId(name), name).toString(), pattern, partitions, true));
        }
    }

    private Map<String, String> allConfigs() {
        Map<String, String> all = new LinkedHashMap<>(configs);
        all.put(ViewConfigs.PATTERN, pattern);
        if (!where.isEmpty()) {
            all.put(ViewConfigs.WHERE, String.join(",", where));
        }
        whereKey.ifPresent(prefix -> all.put(ViewConfigs.WHERE_KEY, prefix));
        all.put(ViewConfigs.SOURCE_HEADERS, Boolean.toString(isOn()));
        if (backfill) {
            all.put(ViewConfigs.BACKFILL, "true");
        }
        return all;
    }

    private boolean isOn() {
        return switch (sourceHeaders) {
            case "on" -> true;
            case "off" -> false;
            default -> throw CliException.refused("--source-headers is on or off, not " + sourceHeaders);
        };
    }
}
