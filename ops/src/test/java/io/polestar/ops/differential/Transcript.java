package io.polestar.ops.differential;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.ApiKeys;

/** What one broker answered to the steps of one scenario, in order. Used by one thread. */
final class Transcript {
    /**
     * One step.
     *
     * @param version of the request; -1 for bytes that are no request
     * @param answer the response with everything masked that may differ
     */
    record Entry(String step, ApiKeys key, short version, JsonNode answer) {
        String title() {
            return key == null ? step : key.name + " v" + version + " " + step;
        }
    }

    private final List<Entry> entries = new ArrayList<>();

    void add(Entry entry) {
        entries.add(entry);
    }

    List<Entry> entries() {
        return List.copyOf(entries);
    }
}
