package io.polestar.client.config;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What happens to a message when the queue that it should go into is full. */
public enum QueueFullBehaviour {
    /** Whoever brings it waits; a consumer fetches no more until there is room. */
    BLOCK,
    /** It is dropped. */
    DROP_NEWEST,
    /** The one that has waited longest is dropped for it. */
    DROP_OLDEST,
    /** It is refused with an error; a consumer stops. */
    FAIL;

    /** As a config file has it: {@code drop-newest}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static QueueFullBehaviour parse(String option, String text) {
        return Arrays.stream(values())
                .filter(one -> one.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new InvalidOptionException(
                        option,
                        text,
                        Arrays.stream(values()).map(QueueFullBehaviour::text).collect(Collectors.joining(", "))));
    }
}
