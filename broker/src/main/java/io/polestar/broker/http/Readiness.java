package io.polestar.broker.http;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What must still happen before the broker serves, by name. Safe for use from any thread: guarded by itself. */
public final class Readiness {
    private final Set<String> waitingFor;

    /** @param stages what is waited for at first, in the order in which it will be shown */
    public Readiness(String... stages) {
        this.waitingFor = new LinkedHashSet<>(Arrays.asList(stages));
    }

    /** Adds something to wait for; from then on the broker is not ready. */
    public synchronized void await(String stage) {
        waitingFor.add(stage);
    }

    /** Tells that a stage is done. */
    public synchronized void done(String stage) {
        waitingFor.remove(stage);
    }

    /** The stages that are not done; empty when the broker serves. */
    public synchronized List<String> waitingFor() {
        return List.copyOf(waitingFor);
    }
}
