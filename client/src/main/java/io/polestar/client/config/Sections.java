package io.polestar.client.config;

import java.util.LinkedHashMap;
import java.util.Map;

/** Takes the named maps out of a config's options. */
final class Sections {

    private Sections() {}

    /** Removes a section and gives its entries; none if it is absent. */
    @SuppressWarnings("unchecked")
    static Map<String, Object> take(Map<String, Object> from, String place, String name) {
        Object section = from.remove(name);
        if (section == null) {
            return Map.of();
        }
        if (!(section instanceof Map<?, ?> map)) {
            throw new InvalidOptionException(place + name, section, "a map");
        }
        return (Map<String, Object>) map;
    }

    static Map<String, String> texts(Map<String, Object> section) {
        Map<String, String> texts = new LinkedHashMap<>();
        section.forEach((name, value) -> texts.put(name, String.valueOf(value)));
        return texts;
    }
}
