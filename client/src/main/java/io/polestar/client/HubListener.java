package io.polestar.client;

import java.time.Duration;

/** Hears of the connection to the broker, on the hub's own thread: it must not wait there. */
public interface HubListener {
    /** The broker does not answer any more. What was published waits meanwhile. */
    default void onDisconnected(Throwable cause) {}

    /**
     * It answers again.
     *
     * @param after how long it did not, as far as was seen
     */
    default void onReconnected(Duration after) {}
}
