package io.polestar.client.track;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.polestar.protocol.RecordHeaders;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * The receiving side of {@link SequenceSource}: told of every record of its topics, it says exactly which messages are
 * missing, which came twice, and which out of order. It must see all partitions of a topic. Guarded by its monitor.
 *
 * <p>Over a restart it goes on from a file ({@link #save}, {@link #load}), or is fed the topics from their beginning again. It
 * knows up to which offset it has seen each partition: what a restarted consumer is given again from before is recognised by
 * that, and counted as redelivered only. So it is exact if it was saved before offsets were committed, not after, which a
 * {@code Consumer} with a tracker does.
 */
public final class MessageTracker {
    private final Map<RunOfTopic, Run> runs = new TreeMap<>();
    /** The next offset of each partition that was not seen. */
    private final Map<TopicPartition, Long> positions = new HashMap<>();

    record RunOfTopic(String source, String topic) implements Comparable<RunOfTopic> {
        @Override
        public int compareTo(RunOfTopic other) {
            int bySource = source.compareTo(other.source);
            return bySource == 0 ? topic.compareTo(other.topic) : bySource;
        }
    }

    /** What is known of a run in a topic. */
    static final class Run {
        final SequenceRanges seen;
        final Map<Integer, Long> highestOfPartition;
        long end;
        long duplicates;
        long reordered;
        long redelivered;

        Run(SequenceRanges seen, Map<Integer, Long> highestOfPartition) {
            this.seen = seen;
            this.highestOfPartition = highestOfPartition;
            this.end = seen.end();
        }

        void see(int partition, long sequence) {
            if (!seen.add(sequence)) {
                duplicates++;
                return;
            }
            end = Math.max(end, sequence + 1);
            Long highest = highestOfPartition.get(partition);
            if (highest != null && highest > sequence) {
                reordered++;
            } else {
                highestOfPartition.put(partition, sequence);
            }
        }
    }

    /**
     * Tells of a record. Those of a partition come in the order of their offsets; from the beginning or from {@link #positions}
     * on, without a gap.
     *
     * @param headers a record without the two of {@link RecordHeaders} only moves the position
     */
    public synchronized void observe(String topic, int partition, long offset, Headers headers) {
        TopicPartition at = new TopicPartition(topic, partition);
        boolean again = offset < positions.getOrDefault(at, 0L);
        if (!again) {
            positions.put(at, offset + 1);
        }
        Header source = headers.lastHeader(RecordHeaders.TRACK_SOURCE);
        Header sequence = headers.lastHeader(RecordHeaders.TRACK_SEQUENCE);
        if (source == null || sequence == null || sequence.value().length != Long.BYTES) {
            return;
        }
        Run run = run(new String(source.value(), UTF_8), topic);
        if (again) {
            run.redelivered++;
        } else {
            run.see(partition, ByteBuffer.wrap(sequence.value()).getLong());
        }
    }

    private Run run(String source, String topic) {
        return runs.computeIfAbsent(
                new RunOfTopic(source, topic), absent -> new Run(new SequenceRanges(), new HashMap<>()));
    }

    /**
     * Tells how many messages a source gave each topic, so that the last ones are missed, too, if they did not come. Without
     * it, what comes after the highest sequence that was seen is not known of.
     */
    public synchronized void expect(SequenceSource source) {
        source.counts().forEach((topic, count) -> expect(source.id(), topic, count));
    }

    /** Tells how many messages a source gave a topic. */
    public synchronized void expect(String sourceId, String topic, long count) {
        Run run = run(sourceId, topic);
        run.end = Math.max(run.end, count);
    }

    /** What is known now, by source and topic. While partitions are still being read, what they hold counts as missing. */
    public synchronized List<TrackReport> report() {
        return runs.entrySet().stream()
                .map(entry -> report(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static TrackReport report(RunOfTopic key, Run run) {
        long received = run.seen.all().stream().mapToLong(SequenceRange::count).sum();
        return new TrackReport(
                key.source(),
                key.topic(),
                received,
                run.seen.missingBelow(run.end),
                run.duplicates,
                run.reordered,
                run.redelivered);
    }

    /** The next offset of each partition that it has not seen: where to go on, at the latest. */
    public synchronized Map<TopicPartition, Long> positions() {
        return Map.copyOf(positions);
    }

    /** Writes what it knows; the file is whole or the old one, whatever happens, and on disk when this returns. */
    public synchronized void save(Path file) throws IOException {
        TrackerFile.write(file, runs, positions);
    }

    /** A tracker that knows what was saved; nothing if there is no such file. */
    public static MessageTracker load(Path file) throws IOException {
        MessageTracker tracker = new MessageTracker();
        TrackerFile.read(file, tracker.runs, tracker.positions);
        return tracker;
    }
}
