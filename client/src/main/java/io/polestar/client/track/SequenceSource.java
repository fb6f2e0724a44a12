package io.polestar.client.track;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.polestar.protocol.RecordHeaders;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.kafka.common.header.Headers;

/**
 * Numbers the messages of one publisher, each topic's from 0. A publisher that starts again is a new run, with an id of its
 * own behind its name, and begins at 0 again: so nothing has to be kept on the sending side. Guarded by its monitor.
 */
public final class SequenceSource {
    private final String id;
    private final byte[] idBytes;
    private final Map<String, Long> counts = new TreeMap<>();

    /** @param name of the source, the same in all its runs */
    public SequenceSource(String name) {
        this.id = name + '/' + Long.toString(UUID.randomUUID().getMostSignificantBits() >>> 1, Character.MAX_RADIX);
        this.idBytes = id.getBytes(UTF_8);
    }

    /** Gives a message its source and number. In the order in which they are stamped, messages must be sent. */
    public synchronized void stamp(String topic, Headers headers) {
        long sequence = counts.merge(topic, 1L, Long::sum) - 1;
        headers.remove(RecordHeaders.TRACK_SOURCE).remove(RecordHeaders.TRACK_SEQUENCE);
        headers.add(RecordHeaders.TRACK_SOURCE, idBytes);
        headers.add(
                RecordHeaders.TRACK_SEQUENCE,
                ByteBuffer.allocate(Long.BYTES).putLong(sequence).array());
    }

    /** The name and the run: {@code sensors/1k2j3h4g5f}. */
    public String id() {
        return id;
    }

    /** How many messages each topic was given. */
    public synchronized Map<String, Long> counts() {
        return Map.copyOf(counts);
    }
}
