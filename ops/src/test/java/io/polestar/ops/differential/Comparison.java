package io.polestar.ops.differential;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Holds two transcripts of one scenario against each other, field by field. */
final class Comparison {
    /** One step whose answers differ. */
    record Difference(String scenario, String step, List<String> fields, JsonNode kafka, JsonNode polestar) {}

    private Comparison() {}

    static List<Difference> compare(String scenario, Transcript kafka, Transcript polestar) {
        List<Difference> differences = new ArrayList<>();
        int steps = Math.max(kafka.entries().size(), polestar.entries().size());
        for (int i = 0; i < steps; i++) {
            if (i >= kafka.entries().size() || i >= polestar.entries().size()) {
                differences.add(new Difference(scenario, "step " + i, List.of("one broker only"), null, null));
                break;
            }
            Transcript.Entry expected = kafka.entries().get(i);
            Transcript.Entry actual = polestar.entries().get(i);
            List<String> fields = new ArrayList<>();
            compare("", expected.answer(), actual.answer(), fields);
            if (!fields.isEmpty()) {
                differences.add(new Difference(scenario, expected.title(), fields, expected.answer(), actual.answer()));
            }
        }
        return differences;
    }

    private static void compare(String path, JsonNode expected, JsonNode actual, List<String> fields) {
        if (expected == null || actual == null || expected.getNodeType() != actual.getNodeType()) {
            fields.add(path + ": " + expected + " / " + actual);
        } else if (expected.isObject()) {
            TreeSet<String> names = new TreeSet<>();
            expected.fieldNames().forEachRemaining(names::add);
            actual.fieldNames().forEachRemaining(names::add);
            names.forEach(name -> compare(path + "." + name, expected.get(name), actual.get(name), fields));
        } else if (expected.isArray()) {
            for (int i = 0; i < Math.max(expected.size(), actual.size()); i++) {
                compare(path + "[" + i + "]", expected.get(i), actual.get(i), fields);
            }
        } else if (expected.asText().equals("none") && actual.asText().equals("given")) {
            return; // an explanation where Kafka gives none
        } else if (!expected.equals(actual) && !expected.asText().equals(actual.asText())) {
            fields.add(path + ": " + expected + " / " + actual);
        }
    }
}
