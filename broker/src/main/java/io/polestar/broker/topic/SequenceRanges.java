package io.polestar.broker.topic;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.storage.internals.log.BatchMetadata;
import org.apache.kafka.storage.internals.log.ProducerStateEntry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which sequences of each idempotent producer a partition has stored. A batch that goes on where its producer was costs a few comparisons.
 * Kept in a file beside the producers' snapshots, which say where the sequences end; the file alone says where they began. Guarded
 * by the partition's lock.
 */
final class SequenceRanges {
    private static final Logger log = LoggerFactory.getLogger(SequenceRanges.class);
    private static final String FILE_NAME = "producer-sequences";
    private static final String VERSION = "0";
    private static final String END = "end";

    /** Of one producer: each transaction may have an epoch of its own. */
    private static final int MAX_RANGES = 16;

    private static final Run NONE =
            new Run(RecordBatch.NO_PRODUCER_ID, new SequenceRange(RecordBatch.NO_PRODUCER_EPOCH, -1, -1, -1, -1));

    private final Map<Long, Deque<Run>> byProducer = new HashMap<>();
    private final Path file;

    /** The run of the producer that wrote last; mostly it writes again. */
    private Run newest = NONE;

    /** One range, as it grows. */
    private static final class Run {
        private final long producerId;
        private final short epoch;
        private final int firstSequence;
        private final long firstOffset;
        private int lastSequence;
        private long lastOffset;

        Run(long producerId, SequenceRange range) {
            this.producerId = producerId;
            this.epoch = range.epoch();
            this.firstSequence = range.firstSequence();
            this.firstOffset = range.firstOffset();
            this.lastSequence = range.lastSequence();
            this.lastOffset = range.lastOffset();
        }

        boolean isContinuedBy(RecordBatch batch) {
            return batch.producerEpoch() == epoch
                    && batch.baseSequence() == DefaultRecordBatch.incrementSequence(lastSequence, 1);
        }

        void endAt(int sequence, long offset) {
            lastSequence = sequence;
            lastOffset = offset;
        }

        SequenceRange range() {
            return new SequenceRange(epoch, firstSequence, lastSequence, firstOffset, lastOffset);
        }

        String line() {
            return producerId + " " + epoch + " " + firstSequence + " " + lastSequence + " " + firstOffset + " "
                    + lastOffset + "\n";
        }
    }

    SequenceRanges(Path directory) {
        this.file = directory.resolve(FILE_NAME);
    }

    /** A batch of an idempotent producer was stored. */
    void note(RecordBatch batch) {
        if (batch.isControlBatch()) {
            return; // has no sequence
        }
        long producerId = batch.producerId();
        Run run = newest.producerId == producerId ? newest : lastOf(producerId);
        if (run == null || !run.isContinuedBy(batch)) {
            run = new Run(
                    producerId,
                    new SequenceRange(
                            batch.producerEpoch(),
                            batch.baseSequence(),
                            batch.lastSequence(),
                            batch.baseOffset(),
                            batch.lastOffset()));
            add(run);
        }
        run.endAt(batch.lastSequence(), batch.lastOffset());
        newest = run;
    }

    private Run lastOf(long producerId) {
        Deque<Run> runs = byProducer.get(producerId);
        return runs == null ? null : runs.peekLast();
    }

    private void add(Run run) {
        Deque<Run> runs = byProducer.computeIfAbsent(run.producerId, id -> new ArrayDeque<>(2));
        runs.addLast(run);
        if (runs.size() > MAX_RANGES) {
            runs.removeFirst();
        }
    }

    /** In the order in which they were stored. */
    List<SequenceRange> of(long producerId) {
        Deque<Run> runs = byProducer.get(producerId);
        return runs == null ? List.of() : runs.stream().map(Run::range).toList();
    }

    void retain(Collection<Long> producerIds) {
        byProducer.keySet().retainAll(producerIds);
        newest = NONE;
    }

    /** Reads the file and brings it in line with what is known of the producers otherwise. */
    void restore(Map<Long, ProducerStateEntry> producers) {
        byProducer.clear();
        read();
        retain(producers.keySet());
        producers.values().forEach(this::align);
    }

    private void align(ProducerStateEntry producer) {
        Deque<Run> runs = byProducer.computeIfAbsent(producer.producerId(), id -> new ArrayDeque<>(2));
        runs.removeIf(run -> run.firstOffset > producer.lastDataOffset());
        BatchMetadata first = null;
        BatchMetadata last = null;
        for (BatchMetadata each : producer.batchMetadata()) {
            first = first == null ? each : first;
            last = each;
        }
        if (last == null) {
            return;
        }
        if (runs.isEmpty() || runs.peekLast().epoch != producer.producerEpoch()) {
            SequenceRange known = new SequenceRange(
                    producer.producerEpoch(), first.firstSeq(), last.lastSeq(), first.firstOffset(), last.lastOffset());
            add(new Run(producer.producerId(), known));
        } else {
            runs.peekLast().endAt(last.lastSeq(), last.lastOffset());
        }
    }

    private void read() {
        if (!Files.exists(file)) {
            return;
        }
        try (Scanner lines = new Scanner(Files.readString(file))) {
            if (!lines.next().equals(VERSION)) {
                return;
            }
            while (lines.hasNextLong()) {
                long producerId = lines.nextLong();
                add(new Run(
                        producerId,
                        new SequenceRange(
                                lines.nextShort(),
                                lines.nextInt(),
                                lines.nextInt(),
                                lines.nextLong(),
                                lines.nextLong())));
            }
            if (!lines.next().equals(END)) {
                byProducer.clear();
            }
        } catch (IOException | RuntimeException e) {
            byProducer.clear();
            log.warn("file={} event=producer_sequences_unreadable reason=\"{}\"", file, e.toString());
        }
    }

    /** Not forced: what a power cut takes of it, the producers' snapshot has but for the first sequences. */
    void write() throws IOException {
        StringBuilder lines = new StringBuilder(VERSION).append('\n');
        byProducer.values().forEach(runs -> runs.forEach(run -> lines.append(run.line())));
        StateFile.replace(file, lines.append(END).append('\n').toString());
    }
}
