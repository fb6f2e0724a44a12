package io.polestar.ops.cli.audit;

import com.fasterxml.jackson.databind.JsonNode;
import io.polestar.ops.cli.ClientVerb;
import io.polestar.ops.cli.Table;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code audit}: nothing was lost, or what, where, for whom, when and why. */
@Command(
        name = "audit",
        description = "Says whether anything was lost, and if so which offsets, for which group, when and why.",
        mixinStandardHelpOptions = true)
public final class AuditCommand extends ClientVerb {
    private static final String READ_LATER = "read-later";
    private static final String LOST = "lost";

    @Option(names = "--topic", paramLabel = "TOPIC", description = "of this topic only")
    private String topic;

    @Option(names = "--group", paramLabel = "GROUP", description = "for this group only")
    private String group;

    @Option(names = "--since", paramLabel = "TIME", converter = Since.Converter.class, description = Since.SYNTAX)
    private Since since;

    @Option(names = "--all", description = "also what was skipped first and read later")
    private boolean all;

    @Override
    protected void run() {
        try (Admin admin = admin()) {
            List<JsonNode> entries = LedgerTopic.entries(options(), admin).stream()
                    .filter(this::isWanted)
                    .toList();
            boolean lost = entries.stream()
                    .anyMatch(entry -> entry.path("status").asText().equals(LOST));
            if (options().json()) {
                entries.forEach(entry -> out().println(entry));
            } else {
                if (!lost) {
                    out().println(entries.isEmpty() ? "Nothing lost." : "Nothing lost, but:");
                }
                print(table(entries));
            }
        }
    }

    private boolean isWanted(JsonNode entry) {
        return (all || !entry.path("status").asText().equals(READ_LATER))
                && (topic == null || topic.equals(entry.path("topic").asText()))
                && (group == null || group.equals(entry.path("group").asText(null)))
                && (since == null || entry.path("lastAtMs").asLong() >= since.epochMs());
    }

    private static Table table(List<JsonNode> entries) {
        Table table = new Table(
                "status",
                "cause",
                "topic",
                "partition",
                "from",
                "to",
                "group",
                "records",
                "sequences",
                "source",
                "error",
                "by",
                "first",
                "last");
        for (JsonNode entry : entries) {
            table.row(
                    text(entry, "status"),
                    text(entry, "cause"),
                    text(entry, "topic"),
                    text(entry, "partition"),
                    text(entry, "fromOffset"),
                    text(entry, "toOffset"),
                    text(entry, "group"),
                    text(entry, "records"),
                    sequences(entry.path("sequences")),
                    source(entry.path("source")),
                    text(entry, "error"),
                    text(entry, "by"),
                    time(entry, "firstAtMs"),
                    time(entry, "lastAtMs"));
        }
        return table;
    }

    private static String text(JsonNode entry, String field) {
        return entry.hasNonNull(field) ? entry.get(field).asText() : null;
    }

    /** {@code 5-7 of 4711/0}: from and to, producer id and epoch. */
    private static String sequences(JsonNode of) {
        return of.isObject()
                ? of.path("first").asInt() + "-" + of.path("last").asInt() + " of "
                        + of.path("producerId").asLong() + "/"
                        + of.path("epoch").asInt()
                : null;
    }

    /** {@code weather.rain-0 5-8}: the partition, the first offset and that after the last. */
    private static String source(JsonNode of) {
        return of.isObject()
                ? of.path("topic").asText() + "-" + of.path("partition").asInt() + " "
                        + of.path("fromOffset").asLong() + "-"
                        + of.path("toOffset").asLong()
                : null;
    }

    private static String time(JsonNode entry, String field) {
        return Instant.ofEpochMilli(entry.path(field).asLong())
                .truncatedTo(ChronoUnit.SECONDS)
                .toString();
    }
}
