package io.polestar.ops.docs;

import io.polestar.broker.api.ApiHandler;
import io.polestar.broker.api.ApiTable;
import io.polestar.ops.differential.KnownDifferences;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.utils.AppInfoParser;

/** docs/COMPATIBILITY.md: what the handlers declare, beside what Kafka's broker has. */
final class CompatibilityPage {
    private static final String TOOLS = """

            ## Apache Kafka's tools

            The tools of kafka-tools and `kafka-configs` do with Polestar what they do with Kafka; the build's tests run each of them
            (`ops/src/test/.../clients/*IT.java`). What to know:

            | tool | |
            | --- | --- |
            | kafka-dump-log (DumpLogSegments) | Reads what Polestar keeps in Kafka's formats: the metadata log and its snapshots (`__cluster_metadata-0`) and producer snapshots (`*.snapshot`). The segments of partitions are Chronicle queues (`*.cq4`), which it passes over as unknown files; `polestar log dump` shows their batches, `polestar log verify` checks them. |
            | kafka-jmx (JmxTool) | Shows the metrics of Kafka's own modules, once `metric.reporters` names `org.apache.kafka.common.metrics.JmxReporter`, at the start or by kafka-configs while the broker runs. Polestar's metrics are on `/metrics`. |
            | kafka-storage | Is not needed: a data directory is formatted at its first start. |
            | kafka-acls | Says that there is no authorizer (SECURITY_DISABLED). |
            | kafka-delegation-tokens | Says that tokens are not supported. |
            | kafka-server-start, kafka-server-stop | `polestar serve`, and SIGTERM. |
            """;

    private final ApiTable apis;

    CompatibilityPage(ApiTable apis) {
        this.apis = apis;
    }

    String text() {
        StringBuilder page = new StringBuilder();
        page.append("""
                # Compatibility with Apache Kafka

                %s

                The reference is the broker of Apache Kafka %s. Of its %d APIs Polestar has %d; a client learns which from ApiVersions,
                and a request for any other closes the connection, as it does with Kafka.

                ## APIs

                A version range in **bold** is smaller than Kafka's.

                | key | API | versions | what is missing |
                | --: | --- | --- | --- |
                """.formatted(
                        Pages.GENERATED,
                        AppInfoParser.getVersion(),
                        kafkas().size(),
                        apis.handlers().size()));
        apis.handlers().forEach(handler -> page.append(row(handler)));
        if (!absent().isEmpty()) {
            appendAbsent(page);
        }
        appendDifferences(page);
        page.append(TOOLS);
        return page.toString();
    }

    private void appendAbsent(StringBuilder page) {
        page.append("""

                ## APIs that Polestar does not have

                | key | API | Kafka's versions |
                | --: | --- | --- |
                """);
        absent().forEach(key -> page.append("| %d | %s | %s |%n"
                .formatted(key.id, key.name, range(key.oldestVersion(), key.latestVersion(false)))));
    }

    private static void appendDifferences(StringBuilder page) {
        page.append("""

                ## Answers that differ

                `DifferentialIT` asks Apache Kafka and Polestar the same, in all versions of each API, and holds their answers against
                each other field by field. What differs and is meant to:

                | where | how, and why |
                | --- | --- |
                """);
        KnownDifferences.all().forEach(known -> page.append("| %s | %s |%n".formatted(known.where(), known.reason())));
    }

    private static String row(ApiHandler<?> handler) {
        ApiKeys key = handler.apiKey();
        String versions = range(handler.oldestVersion(), handler.latestVersion());
        boolean all = versions.equals(range(key.oldestVersion(), key.latestVersion(false)));
        return "| %d | %s | %s | %s |%n"
                .formatted(
                        key.id, key.name, all ? versions : "**" + versions + "**", String.join("<br>", handler.gaps()));
    }

    private static String range(short oldest, short latest) {
        return oldest == latest ? Short.toString(oldest) : oldest + "–" + latest;
    }

    private static Set<ApiKeys> kafkas() {
        return ApiKeys.apisForListener(ApiMessageType.ListenerType.BROKER);
    }

    private List<ApiKeys> absent() {
        Set<ApiKeys> absent = EnumSet.copyOf(kafkas());
        absent.removeAll(apis.handlers().stream().map(ApiHandler::apiKey).collect(Collectors.toSet()));
        return absent.stream().sorted((a, b) -> Short.compare(a.id, b.id)).toList();
    }
}
