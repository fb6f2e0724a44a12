package io.polestar.broker.topic;

import io.polestar.storage.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses appends while the disk is nearly full: a mapped write that finds no block ends the process. Looks at the disk in
 * two ways: on one thread, the more often the less is free, since others write to it too; and whenever half of what was
 * free above the mark, or a megabyte, has been appended, however fast that was. Safe for use from any thread.
 *
 * <p>Clients are refused below the mark, coordinators below half of it, so that groups go on committing for a while; what
 * is left then belongs to the metadata log. Both are served again a quarter above.
 */
public final class DiskSpace {
    private static final Logger log = LoggerFactory.getLogger(DiskSpace.class);
    private static final long MIN_WAIT_MS = 10;
    private static final long MAX_WAIT_MS = 1000;

    /** No device is filled faster. */
    private static final long MAX_BYTES_PER_MS = 4L << 20;

    /** So that there is no look for every append where little is left above the mark. */
    private static final long MIN_APPENDED_BYTES = 1 << 20;

    private final Disk disk;
    private final Path directory;
    private final long markBytes;
    private volatile Runnable whenScarce = () -> {};
    private volatile boolean low;
    private volatile boolean veryLow;
    private volatile long freeBytes = Long.MAX_VALUE;
    private final ReentrantLock looking = new ReentrantLock();

    /** What may be appended before the next look. */
    private final AtomicLong allowanceBytes = new AtomicLong();

    /** @param markBytes bytes that must be free for clients to append; 0 for no limit */
    public DiskSpace(Disk disk, Path directory, long markBytes) {
        this.disk = disk;
        this.directory = directory;
        this.markBytes = markBytes;
    }

    /** @param action frees what can be freed without loss, at every look below twice the mark; must not block */
    public void whenScarce(Runnable action) {
        whenScarce = action;
    }

    /** Looks now, and again and again on the given thread. */
    public void watch(ScheduledExecutorService executor) {
        executor.schedule(() -> watch(executor), look(), TimeUnit.MILLISECONDS);
    }

    /** @return milliseconds after which to look again, before which the mark cannot be reached */
    long look() {
        looking.lock();
        try {
            return decide(disk.freeBytes(directory));
        } catch (IOException | RuntimeException e) {
            log.error("event=disk_space_unknown directory={}", directory, e);
            allowanceBytes.set(MIN_APPENDED_BYTES);
            return MAX_WAIT_MS;
        } finally {
            looking.unlock();
        }
    }

    private long decide(long free) {
        freeBytes = free;
        if (free / 2 < markBytes) {
            whenScarce.run();
        }
        veryLow = free < (veryLow ? markBytes / 2 + markBytes / 4 : markBytes / 2);
        setLow(free < (low ? markBytes + markBytes / 4 : markBytes));
        long aboveMark = free - (low ? markBytes / 2 : markBytes);
        allowanceBytes.set(markBytes == 0 ? Long.MAX_VALUE : Math.max(MIN_APPENDED_BYTES, aboveMark / 2));
        return Math.max(MIN_WAIT_MS, Math.min(MAX_WAIT_MS, (free - markBytes) / MAX_BYTES_PER_MS));
    }

    private void setLow(boolean now) {
        if (now == low) {
            return;
        }
        low = now;
        if (now) {
            log.error(
                    "event=disk_nearly_full action=refuse_produce free_bytes={} free_min_bytes={} directory={}",
                    freeBytes,
                    markBytes,
                    directory);
        } else {
            log.warn("event=disk_space_back action=accept_produce free_bytes={}", freeBytes);
        }
    }

    /** Whether clients are refused. */
    public boolean isLow() {
        return low;
    }

    /** Whether so much may be written beside what clients append. */
    boolean hasRoomFor(long bytes) {
        return !low && freeBytes - bytes >= markBytes;
    }

    /** As it was last seen; the largest long before that. */
    public long freeBytes() {
        return freeBytes;
    }

    /**
     * To be called before an append.
     *
     * @throws KafkaStorageException if the one who appends must wait for space
     */
    void require(AppendOrigin origin, int bytes) {
        refuse(origin);
        if (allowanceBytes.addAndGet(-bytes) < 0 && !looking.isLocked()) {
            look();
            refuse(origin);
        }
    }

    private void refuse(AppendOrigin origin) {
        if (low && (origin == AppendOrigin.CLIENT || veryLow)) {
            throw new KafkaStorageException(
                    "The disk is nearly full: " + freeBytes + " bytes are free, of " + markBytes + " that must be");
        }
    }
}
