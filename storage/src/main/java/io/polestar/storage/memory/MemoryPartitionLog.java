package io.polestar.storage.memory;

import io.polestar.storage.BatchHeader;
import io.polestar.storage.BatchRewriter;
import io.polestar.storage.ForceListener;
import io.polestar.storage.LogSettings;
import io.polestar.storage.LogSlice;
import io.polestar.storage.PartitionLog;
import io.polestar.storage.SegmentInfo;
import io.polestar.storage.TimestampedOffset;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;

/** A partition's log in memory. Its monitor guards everything. */
final class MemoryPartitionLog implements PartitionLog {

    private final Uuid topicId;
    private final LongSupplier clock;
    private final List<MemorySegment> segments = new ArrayList<>(List.of(new MemorySegment(0)));
    private LogSettings settings;
    private long startOffset;
    private long durableOffset;
    private volatile Optional<ForceListener> forceListener = Optional.empty();
    private boolean open;

    MemoryPartitionLog(Uuid topicId, LongSupplier clock) {
        this.topicId = topicId;
        this.clock = clock;
    }

    Uuid topicId() {
        return topicId;
    }

    synchronized void open(LogSettings newSettings) {
        settings = newSettings;
        open = true;
    }

    synchronized boolean isOpen() {
        return open;
    }

    @Override
    public synchronized long startOffset() {
        return startOffset;
    }

    @Override
    public synchronized long endOffset() {
        return Math.max(startOffset, active().nextOffset());
    }

    private MemorySegment active() {
        return segments.get(segments.size() - 1);
    }

    private Stream<MemoryBatch> batches() {
        return segments.stream().flatMap(segment -> segment.batches().stream());
    }

    @Override
    public synchronized void append(ByteBuffer batch) {
        requireOpen();
        BatchHeader.requireOneBatch(batch, endOffset());
        long nowMs = clock.getAsLong();
        if (isRollDue(batch.remaining(), nowMs)) {
            roll();
        }
        active().append(MemoryBatch.copyOf(batch), nowMs);
    }

    private boolean isRollDue(int batchBytes, long nowMs) {
        return !active().isEmpty()
                && (active().sizeInBytes() + batchBytes > settings.segmentBytes()
                        || nowMs - active().firstAppendMs() >= settings.segmentMs());
    }

    @Override
    public synchronized LogSlice read(long offset, long limitOffset, int maxBytes, boolean atLeastOneBatch) {
        requireOpen();
        if (offset < startOffset || offset > endOffset()) {
            throw new OffsetOutOfRangeException(
                    "offset " + offset + " is not between " + startOffset + " and " + endOffset());
        }
        List<MemoryBatch> found = new ArrayList<>();
        long bytes = 0;
        for (MemoryBatch batch : (Iterable<MemoryBatch>) batches()::iterator) {
            if (batch.lastOffset() < offset) {
                continue;
            }
            bytes += batch.sizeInBytes();
            boolean fits = bytes <= maxBytes || atLeastOneBatch && found.isEmpty();
            if (!fits || batch.baseOffset() >= limitOffset) {
                break;
            }
            found.add(batch);
        }
        return new MemorySlice(found, offset);
    }

    @Override
    public synchronized Optional<TimestampedOffset> findByTimestamp(long timestampMs) {
        return records().filter(found -> found.timestampMs() >= timestampMs).findFirst();
    }

    @Override
    public synchronized Optional<TimestampedOffset> maxTimestamp() {
        return records().reduce((first, second) -> second.timestampMs() > first.timestampMs() ? second : first);
    }

    private Stream<TimestampedOffset> records() {
        return batches().flatMap(batch -> batch.records().stream()).filter(found -> found.offset() >= startOffset);
    }

    @Override
    public synchronized void roll() {
        if (!active().isEmpty()) {
            segments.add(new MemorySegment(endOffset()));
        }
    }

    @Override
    public synchronized void trimTo(long offset) {
        if (offset > endOffset()) {
            throw new OffsetOutOfRangeException("cannot trim to " + offset + ", behind the end " + endOffset());
        }
        if (offset <= startOffset) {
            return;
        }
        if (offset == endOffset()) {
            roll();
        }
        startOffset = offset;
        MemorySegment active = active();
        segments.removeIf(segment -> segment != active && segment.nextOffset() <= offset);
    }

    @Override
    public synchronized void truncateTo(long offset) {
        if (offset >= endOffset()) {
            return;
        }
        segments.forEach(segment -> segment.truncateTo(offset));
        segments.removeIf(segment -> segment.isEmpty());
        if (segments.isEmpty()) {
            segments.add(new MemorySegment(offset));
        }
        startOffset = Math.min(startOffset, active().nextOffset());
        durableOffset = Math.min(durableOffset, endOffset());
    }

    @Override
    public synchronized boolean rewrite(long fromOffset, long toOffset, BatchRewriter rewriter) {
        requireOpen();
        List<MemorySegment> old = segments.subList(0, segments.size() - 1).stream()
                .filter(segment -> segment.baseOffset() >= fromOffset && segment.baseOffset() < toOffset)
                .toList();
        if (old.isEmpty()) {
            return false;
        }
        MemorySegment rewritten = MemorySegment.rewritten(old, batches -> rewrite(batches, rewriter));
        long endOffset = old.get(old.size() - 1).nextOffset();
        if (endOffset == endOffset() && rewritten.nextOffset() != endOffset) {
            throw new IllegalArgumentException("the last batch was dropped");
        }
        int place = segments.indexOf(old.get(0));
        if (!segments.containsAll(old)) {
            return false; // the rewriter itself trimmed or cut the log
        }
        segments.removeAll(old);
        if (!rewritten.isEmpty()) {
            segments.add(place, rewritten);
        }
        return true;
    }

    private static List<MemoryBatch> rewrite(List<MemoryBatch> batches, BatchRewriter rewriter) {
        List<MemoryBatch> kept = new ArrayList<>();
        for (MemoryBatch batch : batches) {
            rewriter.rewrite(batch.bytes().duplicate()).ifPresent(bytes -> kept.add(batch.replacedBy(bytes)));
        }
        return kept;
    }

    @Override
    public synchronized void force() {
        requireOpen();
        durableOffset = endOffset();
    }

    @Override
    public synchronized long durableOffset() {
        return Math.max(startOffset, Math.min(durableOffset, endOffset()));
    }

    /** Memory is as durable as it will ever be: there is nothing to wait for. */
    @Override
    public void requestForce(long withinMs) {
        force();
        forceListener.ifPresent(listener -> listener.onDurable(durableOffset()));
    }

    @Override
    public void setForceListener(ForceListener listener) {
        forceListener = Optional.of(listener);
    }

    @Override
    public synchronized void configure(LogSettings newSettings) {
        settings = newSettings;
    }

    @Override
    public synchronized List<SegmentInfo> segments() {
        return segments.stream().map(MemorySegment::info).toList();
    }

    @Override
    public synchronized long sizeInBytes() {
        return segments.stream().mapToLong(MemorySegment::sizeInBytes).sum();
    }

    @Override
    public synchronized void close() {
        durableOffset = endOffset();
        open = false;
    }

    @Override
    public void abandon() {
        close();
    }

    private void requireOpen() {
        if (!open) {
            throw new KafkaStorageException("the log is closed");
        }
    }
}
