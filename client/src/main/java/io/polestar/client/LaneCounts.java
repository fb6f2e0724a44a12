package io.polestar.client;

import java.util.concurrent.atomic.AtomicInteger;

/** How many messages a consumer has: all that are fetched and not done, and those that handlers are at work on. Any thread. */
record LaneCounts(int capacity, AtomicInteger unfinished, AtomicInteger beingHandled) {
    LaneCounts(int capacity) {
        this(capacity, new AtomicInteger(), new AtomicInteger());
    }

    /** Full is 1. */
    double fill() {
        return (double) unfinished.get() / capacity;
    }
}
