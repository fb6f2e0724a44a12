package io.polestar.ops.differential;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Replaces in an answer what two right brokers may say differently: ids by the order in which a session met them, wordings
 * by whether there is one, addresses, and times near now. Used by one session.
 */
final class Masks {
    private static final Set<String> VARYING = Set.of(
            "logDir",
            "subscriptionId",
            "throttleTimeMs",
            "clusterId",
            "host",
            "port",
            "rack",
            "clientHost",
            "totalBytes",
            "usableBytes");
    private static final Set<String> WORDINGS = Set.of(
            "errorMessage", "acknowledgeErrorMessage", "batchIndexErrorMessage", "statusDetail", "documentation");
    /** Lists whose order has no meaning, by the field that orders them here. */
    private static final Map<String, List<String>> UNORDERED = Map.ofEntries(
            Map.entry("topics", List.of("name", "topicName", "topicId")),
            Map.entry("responses", List.of("topic", "partitionIndex", "name", "resourceName", "topicId")),
            Map.entry("partitions", List.of("partitionIndex", "partition")),
            Map.entry("partitionResponses", List.of("index")),
            Map.entry("results", List.of("resourceName", "groupId", "name")),
            Map.entry("configs", List.of("name")),
            Map.entry("groups", List.of("groupId")),
            Map.entry("activeProducers", List.of("producerId")),
            Map.entry("transactionStates", List.of("transactionalId")),
            Map.entry("members", List.of("memberId")),
            Map.entry("apiKeys", List.of("apiKey")),
            Map.entry("supportedFeatures", List.of("name")),
            Map.entry("finalizedFeatures", List.of("name")),
            Map.entry("configResources", List.of("resourceName", "resourceType")),
            Map.entry("credentialInfos", List.of("mechanism")),
            Map.entry("topicPartitions", List.of("topicName", "topicId")),
            Map.entry("coordinators", List.of("key")));
    /** Lists that are sets by this field. */
    private static final Map<String, String> BY_KEY =
            Map.of("apiKeys", "apiKey", "configs", "name", "supportedFeatures", "name", "finalizedFeatures", "name");

    /** Kafka sets this one for the whole cluster, for eligible leader replicas; with one replica there are none. */
    private static final String SET_BY_KAFKA_FOR_ELR = "min.insync.replicas";

    /** The topic of what was lost; it comes with the first entry. */
    private static final String LEDGER = "__polestar_ledger";

    /** Durability, views: Kafka has nothing to compare them with. */
    private static final String CONFIGS_OF_POLESTAR = "polestar.";

    private static final Pattern UUID_TEXT =
            Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
    private static final Pattern UUID_BASE64 = Pattern.compile("[A-Za-z0-9_-]{22}");
    private static final String ZERO_UUID = "AAAAAAAAAAAAAAAAAAAAAA";
    private static final long NEAR_NOW_MS = 100_000_000L;

    private final Map<String, String> tokens = new HashMap<>();

    JsonNode mask(JsonNode node) {
        return mask("", node);
    }

    private JsonNode mask(String field, JsonNode node) {
        if (VARYING.contains(field)) {
            return TextNode.valueOf("*");
        }
        if (WORDINGS.contains(field)) {
            return TextNode.valueOf(node.isNull() || node.asText().isEmpty() ? "none" : "given");
        }
        if (field.equals("sessionId")) {
            return node.asInt() == 0 ? node : TextNode.valueOf("given");
        }
        if (node instanceof ObjectNode object) {
            object.properties().forEach(entry -> entry.setValue(mask(entry.getKey(), entry.getValue())));
            return object;
        }
        if (node instanceof ArrayNode array) {
            return maskArray(field, array);
        }
        if (node.isTextual()) {
            return TextNode.valueOf(maskText(node.asText()));
        }
        if (node.isIntegralNumber() && Math.abs(node.asLong() - System.currentTimeMillis()) < NEAR_NOW_MS) {
            return TextNode.valueOf("<now>");
        }
        return node;
    }

    private JsonNode maskArray(String field, ArrayNode array) {
        // Sorted first by names, so that ids are met in the same order; then again, for lists that only have ids.
        List<JsonNode> elements = StreamSupport.stream(array.spliterator(), false)
                .filter(element -> !isOfTheLedger(element))
                .sorted(orderOf(field))
                .map(element -> mask(element.isTextual() ? "element" : "", element))
                .sorted(orderOf(field))
                .toList();
        return BY_KEY.containsKey(field)
                ? keyed(BY_KEY.get(field), elements)
                : array.removeAll().addAll(elements);
    }

    private static ObjectNode keyed(String key, List<JsonNode> elements) {
        ObjectNode byKey = JsonNodeFactory.instance.objectNode();
        elements.stream()
                .filter(element -> !isOfOne(element.get(key).asText()))
                .forEach(element -> byKey.set(element.get(key).asText(), element));
        return byKey;
    }

    private static boolean isOfTheLedger(JsonNode element) {
        return Stream.of("name", "topic", "topicName", "resourceName")
                .anyMatch(field ->
                        element.has(field) && element.get(field).asText().equals(LEDGER));
    }

    private static boolean isOfOne(String name) {
        return name.equals(SET_BY_KAFKA_FOR_ELR) || name.startsWith(CONFIGS_OF_POLESTAR);
    }

    private static Comparator<JsonNode> orderOf(String field) {
        List<String> keys = UNORDERED.getOrDefault(field, List.of());
        return (a, b) -> {
            for (String key : keys) {
                if (a.has(key) && b.has(key)) {
                    int order = a.get(key).isNumber()
                            ? Long.compare(a.get(key).asLong(), b.get(key).asLong())
                            : a.get(key).asText().compareTo(b.get(key).asText());
                    if (order != 0) {
                        return order;
                    }
                }
            }
            return 0;
        };
    }

    private String maskText(String text) {
        if (text.equals(ZERO_UUID)) {
            return text;
        }
        if (UUID_BASE64.matcher(text).matches()) {
            return token(text);
        }
        Matcher matcher = UUID_TEXT.matcher(text);
        return matcher.replaceAll(found -> token(found.group()));
    }

    private String token(String id) {
        return tokens.computeIfAbsent(id, unseen -> "<id" + tokens.size() + ">");
    }
}
