package io.polestar.storage.chronicle;

import io.polestar.storage.BatchHeader;
import io.polestar.storage.BatchRewriter;
import io.polestar.storage.Disk;
import io.polestar.storage.ForceListener;
import io.polestar.storage.LogSettings;
import io.polestar.storage.LogSlice;
import io.polestar.storage.PartitionLog;
import io.polestar.storage.SegmentInfo;
import io.polestar.storage.TimestampedOffset;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A partition's log in one Chronicle queue. What changes it holds the append lock, which is there against the store's
 * closing of idle queues; reads take no lock.
 */
final class ChroniclePartitionLog implements PartitionLog {

    private static final Logger LOG = LoggerFactory.getLogger(ChroniclePartitionLog.class);

    private static final ForceListener NOBODY = new ForceListener() {
        @Override
        public void onDurable(long durableOffset) {}

        @Override
        public void onForceFailed(KafkaStorageException failure) {
            LOG.error("a log failed", failure);
        }
    };

    private interface Change {
        void run() throws IOException;
    }

    private interface Look<T> {
        T run() throws IOException;
    }

    private final Path directory;
    private final Disk disk;
    private final ReentrantLock appendLock = new ReentrantLock();
    private final LogSegments segments;
    private final LogForce force;
    private final RequestedForces forces;
    private final LogTail tail;
    private final LogCut cut;
    private final LogTruncation truncation;
    private final LogRewrite rewrite;
    private final OffsetTable.Slot slot;
    private final Runnable onClose;
    private volatile ForceListener forceListener = NOBODY;
    private volatile LogSettings settings;
    private volatile KafkaStorageException failure;
    private volatile String toldDamage;
    private volatile boolean closed;

    ChroniclePartitionLog(
            Path directory,
            LogEnvironment environment,
            OpenedLog opened,
            LogSettings settings,
            OffsetTable.Slot slot,
            Runnable onClose) {
        this.directory = directory;
        this.disk = environment.disk();
        this.segments = opened.segments();
        this.force = new LogForce(directory, disk, segments, opened.forced());
        this.tail = new LogTail(directory, environment, segments, appendLock, force, this::seal, opened);
        this.forces = new RequestedForces(environment.forcer(), this::forceRequested);
        this.cut = new LogCut(directory, disk, segments, tail, opened.metadata());
        LogSwap swap =
                new LogSwap(directory, disk, segments, appendLock, cut, this::requireUsable, this::failReplacing);
        this.truncation = new LogTruncation(directory, disk, segments, tail, force, swap, cut::startAt);
        this.rewrite = new LogRewrite(directory, disk, segments, tail, swap, cut);
        this.settings = settings;
        this.slot = slot;
        this.onClose = onClose;
    }

    @Override
    public long startOffset() {
        return segments.startOffset();
    }

    @Override
    public long endOffset() {
        return segments.endOffset();
    }

    @Override
    public void publish(long committedOffset, long stableOffset) {
        slot.publish(committedOffset, stableOffset, segments.startOffset());
    }

    @Override
    public void append(ByteBuffer batch) {
        BatchHeader.requireOneBatch(batch, endOffset());
        change("append", () -> tail.append(batch, settings));
    }

    @Override
    public LogSlice read(long offset, long limitOffset, int maxBytes, boolean atLeastOneBatch) {
        return look("read", () -> {
            long endOffset = endOffset();
            // Taken before the start is looked at: a trim moves the start first, so what is in range is in them.
            Segment[] all = segments.all();
            requireInRange(offset, endOffset);
            LogReader reader = new LogReader(all, offset, limitOffset, maxBytes, atLeastOneBatch);
            return offset == endOffset ? reader.nothing() : reader.read();
        });
    }

    private void requireInRange(long offset, long endOffset) {
        if (offset < startOffset() || offset > endOffset) {
            throw new OffsetOutOfRangeException("offset " + offset + " of " + directory.getFileName()
                    + " is not between " + startOffset() + " and " + endOffset);
        }
    }

    @Override
    public Optional<TimestampedOffset> findByTimestamp(long timestampMs) {
        return look("search", () -> search().firstAtOrAfter(timestampMs));
    }

    @Override
    public Optional<TimestampedOffset> maxTimestamp() {
        return look("search", () -> search().largest());
    }

    private TimestampSearch search() {
        return new TimestampSearch(segments.all(), startOffset());
    }

    @Override
    public void roll() {
        change("roll", tail::roll);
    }

    @Override
    public void trimTo(long offset) {
        if (offset > endOffset()) {
            throw new OffsetOutOfRangeException("cannot trim " + directory.getFileName() + " to offset " + offset
                    + ", behind its end " + endOffset());
        }
        synchronized (cut) {
            requireUsable();
            try {
                cut.before(offset, step -> change("trim", step::run));
            } catch (IOException e) {
                throw storageException("trim", e); // it is as it was, or files are left that the next open removes
            }
        }
    }

    @Override
    public void truncateTo(long offset) {
        requireUsable();
        try {
            truncation.run(offset);
        } catch (IOException e) {
            throw fail("truncate", e);
        }
    }

    @Override
    public boolean rewrite(long fromOffset, long toOffset, BatchRewriter rewriter) {
        requireUsable();
        try {
            return rewrite.run(fromOffset, toOffset, rewriter, this::requireUsable);
        } catch (IOException e) {
            throw storageException("rewrite segments", e);
        }
    }

    private void failReplacing(Throwable cause) {
        fail("replace segments", cause);
    }

    @Override
    public void force() {
        requireUsable();
        try {
            force.all();
        } catch (IOException e) {
            throw fail("force", e);
        }
    }

    @Override
    public long durableOffset() {
        return force.durableOffset();
    }

    @Override
    public void requestForce(long withinMs) {
        if (withinMs <= 0) {
            tail.forcedOften(true);
        }
        forces.request(withinMs);
    }

    @Override
    public void setForceListener(ForceListener listener) {
        forceListener = listener;
    }

    private void forceRequested() {
        if (closed || failure != null) {
            return;
        }
        try {
            force.all();
        } catch (IOException | RuntimeException e) {
            failForce(e);
            return;
        }
        forceListener.onDurable(force.durableOffset());
    }

    /** Lets a later recovery pass the segment over. */
    private void seal(Segment ended) {
        if (closed || failure != null) {
            return;
        }
        try {
            force.ended(ended);
        } catch (IOException | RuntimeException e) {
            failForce(e);
            return;
        }
        forceListener.onDurable(force.durableOffset());
        try {
            ended.seal(disk);
            ended.giveBackUnused();
        } catch (IOException | RuntimeException e) {
            LOG.warn(
                    "segment {} of {} is not sealed; after a crash it is read as a whole",
                    ended.number(),
                    directory.getFileName(),
                    e);
        }
    }

    /** The kernel forgets a failed write-back once it told of it: to force again would succeed and prove nothing. */
    private void failForce(Exception cause) {
        if (!closed) {
            forceListener.onForceFailed(fail("force", cause));
        }
    }

    @Override
    public void configure(LogSettings newSettings) {
        settings = newSettings;
        tail.forcedOften(false); // until it shows anew
    }

    @Override
    public List<SegmentInfo> segments() {
        Segment[] all = segments.all();
        List<SegmentInfo> infos = new ArrayList<>(all.length);
        for (Segment segment : all) {
            infos.add(segment.summary().info());
        }
        infos.set(all.length - 1, withAllocated(infos.get(all.length - 1), tail.allocatedBytes()));
        return infos;
    }

    private static SegmentInfo withAllocated(SegmentInfo info, long allocatedBytes) {
        return new SegmentInfo(
                info.baseOffset(), info.nextOffset(), info.sizeInBytes(), allocatedBytes, info.maxTimestampMs());
    }

    @Override
    public long sizeInBytes() {
        return Arrays.stream(segments.all()).mapToLong(Segment::sizeInBytes).sum();
    }

    @Override
    public void abandon() {
        close(tail::closeQueue);
    }

    @Override
    public void close() {
        close(() -> tail.close(true));
    }

    /** After a cut that is going on: it writes to the folder, which may soon be another topic's. */
    private void close(Change how) {
        synchronized (cut) {
            appendLock.lock();
            try {
                if (!closed) {
                    closed = true;
                    try {
                        closeFiles(how);
                    } finally {
                        onClose.run();
                    }
                }
            } finally {
                appendLock.unlock();
            }
        }
    }

    private void closeFiles(Change how) {
        try {
            how.run();
        } catch (IOException | RuntimeException e) {
            throw storageException("close", e);
        } finally {
            Arrays.stream(segments.all()).forEach(Segment::discard);
        }
    }

    private void change(String what, Change change) {
        appendLock.lock();
        try {
            requireUsable();
            change.run();
        } catch (ApiException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw fail(what, e);
        } catch (InternalError e) {
            throw fail(what, e); // a mapped page could not be had, as on a full disk
        } catch (Error e) {
            fail(what, e);
            throw e;
        } finally {
            appendLock.unlock();
        }
    }

    private <T> T look(String what, Look<T> look) {
        requireUsable();
        Segment[] before = segments.all();
        try {
            return look.run();
        } catch (NoSuchFileException e) {
            if (before == segments.all()) {
                throw storageException(what, e);
            }
            return look(what, look);
        } catch (IOException | UncheckedIOException e) {
            throw storageException(what, e);
        } catch (CorruptRecordException e) {
            tell(e);
            throw e;
        }
    }

    /** Once for each place, however often it is read. */
    private void tell(CorruptRecordException damage) {
        if (!damage.getMessage().equals(toldDamage)) {
            toldDamage = damage.getMessage();
            LOG.error(
                    "{}: {}; `polestar log verify` names every fault, `polestar log repair` takes them out",
                    directory.getFileName(),
                    toldDamage);
        }
    }

    boolean hasFailed() {
        return failure != null;
    }

    private void requireUsable() {
        KafkaStorageException failed = failure;
        if (failed != null) {
            throw new KafkaStorageException(failed.getMessage(), failed);
        }
        if (closed) {
            throw new KafkaStorageException("log " + directory.getFileName() + " is closed");
        }
    }

    /** After a failed change nobody knows what is on disk: the log refuses everything until it is opened anew. */
    private KafkaStorageException fail(String what, Throwable cause) {
        tail.fail();
        failure = storageException(what, cause);
        return failure;
    }

    private KafkaStorageException storageException(String what, Throwable cause) {
        return new KafkaStorageException(
                "cannot " + what + " in " + directory.getFileName() + ": " + cause.getMessage(), cause);
    }
}
