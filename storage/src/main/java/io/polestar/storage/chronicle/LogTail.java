package io.polestar.storage.chronicle;

import io.polestar.storage.LogSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a log: its queue, opened by the first append that needs it and closed when idle, and the rolling of
 * segments. Everything but {@link #lastUsedMs}, {@link #forcedOften} and {@link #closeIfFree} is called with the append lock held.
 */
final class LogTail {

    /** Sparse, so that it costs address space and no disk; large, since mapping the next block delays an append. */
    static final long MIN_BLOCK_BYTES = 64L << 20;

    private static final int MAX_BATCH_BYTES = 240 << 20;
    private static final Logger LOG = LoggerFactory.getLogger(LogTail.class);

    private final Path directory;
    private final LogEnvironment environment;
    private final LogSegments segments;
    private final ReentrantLock appendLock;
    private final LogForce force;
    private final Consumer<Segment> onEnded;
    private volatile SegmentAppender appender;
    private volatile AheadWriter aheadWriter;
    private volatile boolean forcedOften;
    private final PartitionMetadata metadata;
    private boolean stored;
    private boolean checkpointed;
    private boolean checkpointForced;
    private volatile long lastUsedMs;
    private volatile boolean failed;

    /**
     * @param onEnded what to do, in the background, with a segment that has ended
     * @param opened a log that is not stored gets its folder before its first batch
     */
    LogTail(
            Path directory,
            LogEnvironment environment,
            LogSegments segments,
            ReentrantLock appendLock,
            LogForce force,
            Consumer<Segment> onEnded,
            OpenedLog opened) {
        this.directory = directory;
        this.environment = environment;
        this.segments = segments;
        this.appendLock = appendLock;
        this.force = force;
        this.onEnded = onEnded;
        this.checkpointed = opened.checkpointed();
        this.checkpointForced = opened.forced() || !opened.stored();
        this.stored = opened.stored();
        this.metadata = opened.metadata();
    }

    void append(ByteBuffer batch, LogSettings settings) throws IOException {
        int batchBytes = batch.remaining();
        long nowMs = environment.clock().getAsLong();
        lastUsedMs = nowMs;
        if (isRollDue(batch, settings, nowMs)) {
            roll();
        }
        SegmentAppender open = appenderFor(batchBytes, settings);
        Segment active = segments.active();
        aheadWriter.beforeAppend(active.endPosition(), batchBytes);
        boolean often = forcedOften;
        long position =
                open.append(batch, active.isEmpty() ? -1 : active.endPosition(), active.forcedPosition(), often);
        active.appended(batch, batch.position(), batchBytes, position, nowMs);
        if (!often) {
            tellAheadWriter(batch, batchBytes, active.endPosition(), nowMs);
        }
        segments.endOffset(active.nextOffset());
    }

    private void tellAheadWriter(ByteBuffer batch, int batchBytes, long endPosition, long nowMs) {
        if (FileCopy.suits(batch)) {
            aheadWriter.afterCopy(endPosition, batchBytes, nowMs);
        } else {
            aheadWriter.afterAppend(endPosition, batchBytes, nowMs);
        }
    }

    private boolean isRollDue(ByteBuffer batch, LogSettings settings, long nowMs) {
        Segment active = segments.active();
        return !active.isEmpty()
                && (active.sizeInBytes() + batch.remaining() > settings.segmentBytes()
                        || nowMs - active.firstAppendMs() >= settings.segmentMs()
                        || active.batches() >= SegmentRollCycle.MAX_BATCHES);
    }

    /** Ends the active segment, unless it is empty, and begins one at the log's end. */
    void roll() throws IOException {
        Segment ended = segments.active();
        if (ended.isEmpty()) {
            return;
        }
        changing();
        int number = segments.nextNumber();
        segments.add(new Segment(directory, SegmentSummary.empty(number, segments.endOffset())));
        if (appender != null) {
            writeAheadOf(number);
            appender.rollTo(number);
        }
        environment.background().execute(() -> onEnded.accept(ended));
    }

    /** To be called before the first change of what a checkpoint speaks of. */
    void changing() throws IOException {
        if (!stored) {
            Files.createDirectories(directory);
            metadata.write(directory);
            stored = true;
        } else if (checkpointed) {
            LogCheckpoint.remove(directory);
        }
        checkpointed = false;
    }

    private SegmentAppender appenderFor(int batchBytes, LogSettings settings) throws IOException {
        if (appender != null && appender.holds(batchBytes)) {
            return appender;
        }
        if (batchBytes > MAX_BATCH_BYTES) {
            throw new RecordTooLargeException("batch of " + batchBytes + " bytes; at most " + MAX_BATCH_BYTES);
        }
        closeQueue();
        changing();
        BootMark.write(directory, environment.bootId());
        int largest = Math.min(MAX_BATCH_BYTES, Math.max(batchBytes, settings.maxBatchBytes()));
        appender = new SegmentAppender(directory, segments.active().number(), blockBytes(largest));
        writeAheadOf(segments.active().number());
        environment.openQueues().opened(this);
        return appender;
    }

    /**
     * Whether a force follows nearly every append. Then {@link PreparedPages} take the place of the {@link AheadWriter}: the
     * page cache keeps what was written at once as one piece, and would write all of it to the device anew for each page that
     * an append touches.
     */
    void forcedOften(boolean often) {
        forcedOften = often;
    }

    /** From here on the segment before is the appender's alone. */
    private void writeAheadOf(int segmentNumber) {
        if (aheadWriter != null) {
            aheadWriter.close();
        }
        aheadWriter =
                new AheadWriter(SegmentFile.of(directory, segmentNumber), environment.disk(), environment.ahead());
    }

    static long blockBytes(int batchBytes) {
        return Math.max(MIN_BLOCK_BYTES, SegmentAppender.blockSizeFor(batchBytes));
    }

    /** To be called after segment files were removed. */
    void refresh() {
        if (appender != null) {
            appender.refresh();
        }
    }

    long lastUsedMs() {
        return lastUsedMs;
    }

    /** Closes the queue and forgets what can be loaded again, unless an append is going on. */
    void closeIfFree() {
        if (!appendLock.tryLock()) {
            return;
        }
        try {
            close(false);
            Arrays.stream(segments.all()).forEach(Segment::unload);
        } catch (IOException | RuntimeException e) {
            LOG.warn("queue of {} is not closed cleanly", directory.getFileName(), e);
        } finally {
            appendLock.unlock();
        }
    }

    /** No checkpoint will be written any more, so that the next open looks at the files themselves. */
    void fail() {
        failed = true;
    }

    /** Closes the queue and writes the checkpoint that spares the next open a recovery. */
    void close(boolean forced) throws IOException {
        closeQueue();
        if (failed) {
            return;
        }
        if (forced && stored) {
            force.all();
        }
        boolean allForced = force.durableOffset() >= segments.endOffset();
        if (checkpointed && (checkpointForced || !allForced)) {
            return;
        }
        for (Segment segment : segments.all()) {
            segment.keepIndex();
        }
        var summaries = Arrays.stream(segments.all()).map(Segment::summary).toList();
        new LogCheckpoint(summaries, allForced, environment.bootId()).write(directory);
        checkpointed = true;
        checkpointForced = allForced;
    }

    void closeQueue() {
        if (appender != null) {
            SegmentAppender closing = appender;
            appender = null;
            aheadWriter.close();
            aheadWriter = null;
            environment.openQueues().closed(this);
            closing.close();
            giveBackUnused();
        }
    }

    private void giveBackUnused() {
        try {
            segments.active().giveBackUnused();
        } catch (IOException e) {
            LOG.warn("the unused end of the last segment of {} is not given back", directory.getFileName(), e);
        }
    }

    /** Bytes on the disk that the active segment takes or has reserved, up to a page; may be called on any thread. */
    long allocatedBytes() {
        AheadWriter ahead = aheadWriter;
        SegmentAppender open = appender;
        long reserved = ahead == null || open == null
                ? 0
                : Math.max(SegmentAppender.FIRST_BYTES, Math.max(ahead.writtenTo(), open.preparedTo()));
        long needed = segments.active().summary().info().allocatedBytes();
        return needed == 0 ? 0 : Math.max(needed, reserved);
    }
}
