package io.polestar.storage;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Decides which of the changes of names that were not forced reach the device: each file's own, all or nothing, so that a
 * rename is never half done. One use each.
 */
final class PowerCut {

    /** Where a name is. */
    private record Place(Object directory, String name) {}

    private final Object root;
    private final Random random;
    private final Map<Place, Object> current = new LinkedHashMap<>();
    private final Map<Place, Object> forced = new LinkedHashMap<>();
    private final Map<Object, Boolean> reached = new HashMap<>();

    PowerCut(Object root, Random random) {
        this.root = root;
        this.random = random;
    }

    Random random() {
        return random;
    }

    void current(Object directory, String name, Object file) {
        current.put(new Place(directory, name), file);
    }

    void forced(Object directory, Map<String, Object> entries) {
        entries.forEach((name, file) -> forced.put(new Place(directory, name), file));
    }

    /** The names that a folder has on the device. */
    Map<String, Object> entriesOf(Object directory) {
        Map<String, Object> entries = new TreeMap<>();
        for (Map.Entry<Place, Object> each : forced.entrySet()) {
            if (each.getKey().directory().equals(directory) && stays(each.getKey(), each.getValue())) {
                entries.put(each.getKey().name(), each.getValue());
            }
        }
        for (Map.Entry<Place, Object> each : current.entrySet()) {
            boolean known = each.getValue().equals(forced.get(each.getKey()));
            if (each.getKey().directory().equals(directory) && (known || reached(each.getValue()))) {
                entries.put(each.getKey().name(), each.getValue());
            }
        }
        return entries;
    }

    /** A name that was forced is there unless what took it away, or took its place, reached the device. */
    private boolean stays(Place place, Object file) {
        Object now = current.get(place);
        return file.equals(now) || !reached(now == null ? file : now);
    }

    private boolean reached(Object file) {
        return reached.computeIfAbsent(file, none -> random.nextBoolean());
    }

    @Override
    public String toString() {
        return "power cut of " + root;
    }
}
