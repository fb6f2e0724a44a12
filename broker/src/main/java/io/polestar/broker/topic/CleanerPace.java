package io.polestar.broker.topic;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** {@code log.cleaner.io.max.bytes.per.second} over all cleaner threads, which share this object's monitor. */
final class CleanerPace implements Pace {

    private static final long WINDOW_NS = TimeUnit.MILLISECONDS.toNanos(300);

    private volatile double maxBytesPerSecond;
    private final CountDownLatch stopping;
    private long windowStartNs = System.nanoTime();
    private long windowBytes;

    CleanerPace(double maxBytesPerSecond, CountDownLatch stopping) {
        this.maxBytesPerSecond = maxBytesPerSecond;
        this.stopping = stopping;
    }

    void setMaxBytesPerSecond(double bytes) {
        maxBytesPerSecond = bytes;
    }

    @Override
    public void spend(long bytes) {
        if (stopping.getCount() == 0 || waitNs(bytes) > 0) {
            throw new CompactionStoppedException("the broker stops");
        }
    }

    /** Waits as long as it must; what is left of it if the broker stops before. */
    private synchronized long waitNs(long bytes) {
        windowBytes += bytes;
        long elapsedNs = System.nanoTime() - windowStartNs;
        if (elapsedNs < WINDOW_NS) {
            return 0;
        }
        long surplusNs = (long) (windowBytes / maxBytesPerSecond * 1e9) - elapsedNs;
        windowBytes = 0;
        try {
            return surplusNs > 0 && stopping.await(surplusNs, TimeUnit.NANOSECONDS) ? surplusNs : 0;
        } catch (InterruptedException e) {
            return surplusNs;
        } finally {
            windowStartNs = System.nanoTime();
        }
    }
}
