package io.polestar.client;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;

/** Waits that double from the first to the longest, with a fifth of jitter to both sides. */
record Backoff(Duration first, Duration longest, DoubleSupplier random) {
    private static final double JITTER = 0.2;
    private static final int MAX_DOUBLINGS = 30;

    Backoff(Duration first, Duration longest) {
        this(first, longest, () -> ThreadLocalRandom.current().nextDouble());
    }

    /** @param failures from 1 on */
    Duration after(int failures) {
        double doubled = first.toNanos() * Math.pow(2, Math.min(failures - 1, MAX_DOUBLINGS));
        double jitter = 1 + JITTER * (2 * random.getAsDouble() - 1);
        return Duration.ofNanos((long) (Math.min(doubled, longest.toNanos()) * jitter));
    }
}
