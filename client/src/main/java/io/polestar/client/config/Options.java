package io.polestar.client.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The values of some options, checked; what was not set has its default. Immutable. */
final class Options {
    private final Map<String, Object> values;

    private Options(Map<String, Object> values) {
        this.values = values;
    }

    /**
     * Checks values.
     *
     * @param place of the options in a file, ending in a dot, for messages; or empty
     * @throws InvalidOptionException if a name is unknown or a value refused
     */
    static Options of(String place, List<Option<?>> known, Map<String, ?> given) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (Map.Entry<String, ?> one : given.entrySet()) {
            Option<?> option = known.stream()
                    .filter(candidate -> candidate.name().equals(one.getKey()))
                    .findFirst()
                    .orElseThrow(() -> unknown(
                            place,
                            one.getKey(),
                            known.stream().map(Option::name).toList()));
            values.put(option.name(), read(place, option, one.getValue()));
        }
        return new Options(values);
    }

    private static Object read(String place, Option<?> option, Object given) {
        if (given == null) {
            throw new InvalidOptionException(place + option.name(), "nothing", option.allowed());
        }
        try {
            return option.read(given);
        } catch (InvalidOptionException e) {
            throw place.isEmpty() ? e : new InvalidOptionException(place + option.name(), given, option.allowed());
        }
    }

    static InvalidOptionException unknown(String place, String name, List<String> known) {
        Optional<String> nearest = NearestName.of(name, known);
        return new InvalidOptionException("unknown option " + place + name
                + nearest.map(guess -> "; did you mean " + guess + "?").orElse("; known: " + String.join(", ", known)));
    }

    <T> T get(Option<T> option) {
        return find(option).orElseGet(option::defaultValue);
    }

    /**
     * These, with a hub's values where nothing was set.
     *
     * @param renamed options that the hub has under the name of another
     */
    Options over(HubConfig hub, List<Option<?>> known, Map<Option<?>, Option<?>> renamed) {
        Map<String, Object> all = new LinkedHashMap<>(values);
        for (Option<?> option : known) {
            if (option != ClientOptions.NAME && !all.containsKey(option.name())) {
                hub.inherited(renamed.getOrDefault(option, option)).ifPresent(value -> all.put(option.name(), value));
            }
        }
        return new Options(all);
    }

    Map<String, Object> all() {
        return Map.copyOf(values);
    }

    /** What was set, if it was. */
    @SuppressWarnings("unchecked")
    <T> Optional<T> find(Option<T> option) {
        return Optional.ofNullable((T) values.get(option.name()));
    }
}
