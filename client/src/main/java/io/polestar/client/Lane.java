package io.polestar.client;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * Messages that are handled one after the other: all of a key are in one lane. At most one worker runs it; between attempts
 * it waits without one. The monitor guards what waits; what is being handled belongs to the run.
 */
final class Lane implements Runnable {
    /** After so many calls of the handler other lanes have their turn. */
    private static final int CALLS_A_TURN = 64;

    private final Handling handling;
    /** Of all lanes. */
    private final LaneCounts counts;

    private final Deque<Work> waiting = new ArrayDeque<>();
    private boolean scheduled;

    private List<Work> current = List.of();
    private int failures;
    /** So many at the head are handled alone, as a batch with them failed. */
    private int alone;

    Lane(Handling handling, LaneCounts counts) {
        this.handling = handling;
        this.counts = counts;
    }

    void add(Work work) {
        counts.unfinished().incrementAndGet();
        synchronized (this) {
            waiting.add(work);
            if (scheduled) {
                return;
            }
            scheduled = true;
        }
        handling.workers().execute(this);
    }

    /** When the one arrived that has waited longest here. */
    synchronized OptionalLong oldestArrival() {
        return waiting.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(waiting.peek().arrival());
    }

    /** Takes out the one that has waited longest, if that is still the one that arrived then. */
    Optional<Work> removeOldest(long arrival) {
        synchronized (this) {
            if (waiting.isEmpty() || waiting.peek().arrival() != arrival) {
                return Optional.empty();
            }
            counts.unfinished().decrementAndGet();
            return Optional.of(waiting.poll());
        }
    }

    /** Forgets what waits of partitions that are another consumer's now. */
    synchronized void forgetRevoked() {
        int before = waiting.size();
        waiting.removeIf(work -> work.progress().isRevoked());
        counts.unfinished().addAndGet(waiting.size() - before);
    }

    @Override
    public void run() {
        for (int calls = 0; calls < CALLS_A_TURN; calls++) {
            if (current.isEmpty() && !takeNext()) {
                return;
            }
            if (!attempt()) {
                return;
            }
        }
        handling.workers().execute(this);
    }

    private synchronized boolean takeNext() {
        int most = alone > 0 ? 1 : handling.batchSize();
        List<Work> next = new ArrayList<>();
        while (next.size() < most && !waiting.isEmpty()) {
            next.add(waiting.poll());
        }
        current = next;
        scheduled = !next.isEmpty();
        return scheduled;
    }

    /** @return false if the lane goes on later */
    private boolean attempt() {
        List<Work> begun = begin();
        if (begun.isEmpty()) {
            finish();
            return true;
        }
        if (!handling.mayTry()) {
            end(begun);
            handling.laterThanTheCircuit(this);
            return false;
        }
        long startNs = System.nanoTime();
        try {
            handle(begun, startNs);
            end(begun);
            finish();
            return true;
        } catch (Throwable e) {
            end(begun);
            return onFailure(e, System.nanoTime() - startNs);
        }
    }

    private List<Work> begin() {
        List<Work> begun =
                current.stream().filter(work -> work.progress().begin()).toList();
        counts.unfinished().addAndGet(begun.size() - current.size());
        current = begun;
        counts.beingHandled().addAndGet(begun.size());
        return begun;
    }

    private void handle(List<Work> begun, long startNs) throws Exception {
        List<Message> wanted =
                begun.stream().map(Work::message).filter(handling.filter()).toList();
        if (!wanted.isEmpty()) {
            handling.handler().handle(wanted);
        }
        handling.succeeded(wanted, System.nanoTime() - startNs);
        begun.forEach(Work::done);
    }

    private void end(List<Work> begun) {
        counts.beingHandled().addAndGet(-begun.size());
        begun.forEach(work -> work.progress().end());
    }

    private void finish() {
        counts.unfinished().addAndGet(-current.size());
        current = List.of();
        failures = 0;
        alone = Math.max(0, alone - 1);
    }

    private boolean onFailure(Throwable cause, long tookNs) {
        handling.failed(cause, tookNs);
        if (handling.isCircuitOpen()) {
            handling.laterThanTheCircuit(this);
            return false;
        }
        failures++;
        boolean lastTry =
                handling.config().deadLetters() && failures > handling.config().maxRetries();
        if (!lastTry) {
            Duration wait = handling.backoff().after(failures);
            handling.listener().onRetry(current.get(0).message(), failures, cause, wait);
            handling.later(this, wait);
            return false;
        }
        if (current.size() > 1) {
            handleEachAlone();
            return true;
        }
        bury(cause, 1);
        return false;
    }

    private synchronized void handleEachAlone() {
        for (int i = current.size() - 1; i >= 0; i--) {
            waiting.addFirst(current.get(i));
        }
        alone = current.size();
        current = List.of();
        failures = 0;
    }

    /** The message is done when its dead letter is acknowledged; till then the lane waits. */
    private void bury(Throwable cause, int tries) {
        Work work = current.get(0);
        handling.deadLetters().send(work.message(), cause, failures).whenComplete((letter, refusal) -> {
            if (work.progress().isRevoked()) {
                handling.workers().execute(this);
            } else if (refusal != null) {
                handling.meters().failed(refusal);
                handling.timer()
                        .schedule(
                                () -> bury(cause, tries + 1),
                                handling.backoff().after(tries).toNanos(),
                                TimeUnit.NANOSECONDS);
            } else {
                handling.meters().deadLetter();
                handling.listener().onDeadLetter(work.message(), letter, cause);
                work.done();
                finish();
                handling.workers().execute(this);
            }
        });
    }
}
