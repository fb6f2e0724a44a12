package io.polestar.broker;

import io.polestar.storage.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A real device behind a gate: forces of segments wait while it is shut, and fail for the topic it is told. */
final class GatedDisk implements Disk {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition opened = lock.newCondition();
    private final AtomicBoolean waiting = new AtomicBoolean();
    private boolean shut;
    private volatile String failing = "";
    private volatile long missingBytes;

    void shut() {
        setShut(true);
    }

    void open() {
        setShut(false);
    }

    private void setShut(boolean value) {
        lock.lock();
        try {
            shut = value;
            waiting.set(false);
            opened.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether a force waits at the gate. */
    boolean isWaiting() {
        return waiting.get();
    }

    /** From now on the segments of this topic cannot be forced; empty: all can. */
    void failFor(String topic) {
        failing = topic;
    }

    /** Pretends that so many bytes less are free. */
    void take(long bytes) {
        missingBytes = bytes;
    }

    @Override
    public void force(Path file) throws IOException {
        if (file.toString().endsWith(".cq4")) {
            passGate();
            if (!failing.isEmpty() && file.getParent().getFileName().toString().startsWith(failing + "-")) {
                throw new IOException("the device refuses");
            }
        }
        Disk.system().force(file);
    }

    private void passGate() {
        lock.lock();
        try {
            while (shut) {
                waiting.set(true);
                opened.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        Disk.system().forceDirectory(directory);
    }

    @Override
    public long freeBytes(Path directory) throws IOException {
        return Disk.system().freeBytes(directory) - missingBytes;
    }
}
