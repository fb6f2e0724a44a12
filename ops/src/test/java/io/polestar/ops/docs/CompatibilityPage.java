package io.polestar.ops.docs;

import io.polestar.broker.api.ApiHandler;
import io.polestar.broker.api.ApiTable;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.utils.AppInfoParser;

/** docs/COMPATIBILITY.md: what the handlers declare, beside what Kafka's broker has. */
final class CompatibilityPage {
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
