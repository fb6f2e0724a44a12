package io.polestar.ops.differential;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;

/** Changes one field of a request, chosen by a seeded random: the same for two requests of the same shape. */
final class Mutation {
    /** Fields that only say how long to wait, or in which Kafka fails by accident. */
    private static final Pattern LEFT_ALONE = Pattern.compile(
            "(?i).*(timeout|maxwait|minbytes|maxbytes|isolationlevel|replicaid|^resources$|configoperation).*");

    private static final long[] NUMBERS = {-3, -2, -1, 0, 1, 2, 3, 9, 127, Short.MAX_VALUE, Integer.MAX_VALUE};
    private static final String[] TEXTS = {
        "", " ", ".", "a/b", "nothing", "x", "0", "-1", "é", "x".repeat(260), "a[", null
    };

    private final Random random;

    Mutation(Random random) {
        this.random = random;
    }

    /** A place in a tree whose value can be replaced. */
    private record Place(JsonNode parent, String field, int index, JsonNode value) {
        void replace(JsonNode with) {
            if (parent instanceof ObjectNode object) {
                object.set(field, with);
            } else {
                ((ArrayNode) parent).set(index, with);
            }
        }
    }

    /** Changes the tree in place and says what was changed, without values that differ between brokers. */
    String apply(JsonNode tree) {
        List<Place> places = new ArrayList<>();
        collect(tree, places);
        if (places.isEmpty()) {
            return "unchanged";
        }
        Place place = places.get(random.nextInt(places.size()));
        int choice = random.nextInt(1 << 20);
        JsonNode with = other(place.value(), choice);
        place.replace(with);
        String shown = with.isArray() ? with.size() + " elements" : with.toString();
        return (place.field() == null ? "[" + place.index() + "]" : place.field()) + " = "
                + (shown.length() > 40 ? shown.length() + " characters" : shown);
    }

    private static void collect(JsonNode node, List<Place> places) {
        if (node instanceof ObjectNode object) {
            object.properties().forEach(entry -> {
                if (!LEFT_ALONE.matcher(entry.getKey()).matches()) {
                    places.add(new Place(object, entry.getKey(), -1, entry.getValue()));
                }
                collect(entry.getValue(), places);
            });
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                places.add(new Place(array, null, i, array.get(i)));
                collect(array.get(i), places);
            }
        }
    }

    private static JsonNode other(JsonNode value, int choice) {
        if (value.isBoolean()) {
            return BooleanNode.valueOf(!value.asBoolean());
        }
        if (value.isNumber()) {
            long number = NUMBERS[choice % NUMBERS.length];
            return value.isLong() ? LongNode.valueOf(number) : IntNode.valueOf((int) number);
        }
        if (value instanceof ArrayNode array) {
            return otherArray(array, choice);
        }
        if (value.isObject()) {
            return value;
        }
        String text = TEXTS[choice % TEXTS.length];
        return text == null ? NullNode.instance : TextNode.valueOf(text);
    }

    private static JsonNode otherArray(ArrayNode array, int choice) {
        ArrayNode changed = array.deepCopy();
        return switch (choice % 3) {
            case 0 -> NullNode.instance;
            case 1 -> changed.removeAll();
            default ->
                array.isEmpty()
                        ? changed
                        : changed.add(array.get(choice % array.size()).deepCopy());
        };
    }
}
