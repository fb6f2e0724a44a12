package io.polestar.client;

/** No broker answered when a hub connected. */
public final class HubUnreachableException extends RuntimeException {
    HubUnreachableException(String bootstrap, long waitedMs, Throwable cause) {
        super("no broker answered at " + bootstrap + " within " + waitedMs + " ms", cause);
    }
}
