package io.polestar.storage.chronicle;

import io.polestar.storage.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes zeros ahead of the end of a segment that is appended to fast, on a thread of its own: a copy into pages that are
 * in the page cache costs a fraction of one that must wait for the kernel to make each of them.
 *
 * <p>One rule keeps data safe: below the limit the file is the appender's, from the limit on it is the writer's. The
 * appender asks before each append; where it would cross the limit, the writer ends, after the step it is in, and begins
 * anew farther ahead. The appender's side is called under the partition's append lock; steps and the end of writing hold
 * this object's monitor.
 */
final class AheadWriter implements AutoCloseable {
    static final int STEP_BYTES = 1 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(AheadWriter.class);
    private static final long AHEAD_BYTES = 8L << 20;

    /** From so many bytes in one second on a segment is worth it. */
    private static final long FAST_BYTES = 4L << 20;

    private static final long WINDOW_MS = 1000;

    /** With less left on the disk nothing is written that is not needed yet. */
    private static final long KEPT_FREE_BYTES = 1L << 30;

    /** What Chronicle may write behind an excerpt: index arrays, the next header, the end mark. */
    private static final int ROOM_BYTES = 64 << 10;

    private static final long NONE = Long.MAX_VALUE;
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(STEP_BYTES);

    private final Path file;
    private final Executor executor;
    private final Disk disk;
    private final Runnable step = this::step;

    /** The appender writes below it; {@link #NONE} while nothing is written ahead. */
    private volatile long limit = NONE;

    private volatile long end;
    private volatile long writtenTo;
    private FileChannel channel;
    private boolean closed;
    private volatile boolean scheduled;
    private long windowStartMs;
    /** Stored through the mapping, less those written to the file. */
    private long windowBytes;

    AheadWriter(Path file, Disk disk, Executor executor) {
        this.file = file;
        this.disk = disk;
        this.executor = executor;
    }

    /** To be called before every append, with the position at which the excerpts end and the bytes to come. */
    void beforeAppend(long position, int bytes) {
        if (position + bytes + ROOM_BYTES > limit) {
            stop();
        }
    }

    /** To be called after every append whose bytes were stored through the mapping. */
    void afterAppend(long position, int bytes, long nowMs) {
        end = position;
        if (limit != NONE) {
            if (!scheduled && limit - position < AHEAD_BYTES / 2) {
                schedule();
            }
        } else if (isFast(bytes, nowMs)) {
            start(position);
        }
    }

    /**
     * To be called after every append whose bytes were written to the file. Where they are the most, nothing is written
     * ahead: both kinds of write would wait for each other, and each page be written twice.
     */
    void afterCopy(long position, int bytes, long nowMs) {
        end = position;
        beginWindow(nowMs);
        windowBytes -= bytes;
    }

    private boolean isFast(int bytes, long nowMs) {
        beginWindow(nowMs);
        windowBytes += bytes;
        return windowBytes >= FAST_BYTES && !scheduled;
    }

    private void beginWindow(long nowMs) {
        if (nowMs - windowStartMs >= WINDOW_MS) {
            windowStartMs = nowMs;
            windowBytes = 0;
        }
    }

    private synchronized void start(long position) {
        if (!closed) {
            limit = (position / STEP_BYTES + 2) * STEP_BYTES;
            schedule();
        }
    }

    private void schedule() {
        scheduled = true;
        try {
            executor.execute(step);
        } catch (RejectedExecutionException e) {
            stop(); // the store is closing
        }
    }

    /** One step, then the next one in turn with those of other segments. */
    private void step() {
        boolean more = false;
        try {
            more = writeStep();
        } catch (IOException e) {
            LOG.debug("file {} is not written ahead", file, e);
            stop();
        } finally {
            if (more) {
                schedule();
            } else {
                scheduled = false;
            }
        }
    }

    /** Whether more is to be written at once. */
    private synchronized boolean writeStep() throws IOException {
        long from = limit;
        if (closed || from == NONE || from - end >= AHEAD_BYTES) {
            return false;
        }
        if (channel == null) {
            channel = FileChannel.open(file, StandardOpenOption.WRITE);
        }
        if (from + STEP_BYTES > channel.size() || disk.freeBytes(file.getParent()) < KEPT_FREE_BYTES) {
            return false;
        }
        ByteBuffer zeros = ZEROS.duplicate();
        while (zeros.hasRemaining()) {
            channel.write(zeros, from + zeros.position());
        }
        limit = from + STEP_BYTES;
        writtenTo = from + STEP_BYTES;
        return true;
    }

    /** The position up to which zeros were ever written; 0 for none. */
    long writtenTo() {
        return writtenTo;
    }

    private synchronized void stop() {
        limit = NONE;
    }

    /** Nothing is written to the file from here on. */
    @Override
    public synchronized void close() {
        closed = true;
        limit = NONE;
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                LOG.debug("file {} is not closed cleanly", file, e);
            }
        }
    }
}
