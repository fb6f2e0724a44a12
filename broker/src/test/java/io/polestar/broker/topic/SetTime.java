package io.polestar.broker.topic;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Time;

/** A clock that the test moves. */
final class SetTime implements Time {
    private final AtomicLong nowMs;

    SetTime(long nowMs) {
        this.nowMs = new AtomicLong(nowMs);
    }

    @Override
    public long milliseconds() {
        return nowMs.get();
    }

    @Override
    public long hiResClockMs() {
        return nowMs.get();
    }

    @Override
    public long nanoseconds() {
        return nowMs.get() * 1_000_000;
    }

    @Override
    public void sleep(long ms) {
        nowMs.addAndGet(ms);
    }

    @Override
    public void waitObject(Object object, Supplier<Boolean> condition, long deadlineMs) {
        throw new UnsupportedOperationException();
    }
}
