package io.polestar.broker.net;

import java.nio.channels.UnresolvedAddressException;

/** A listener's address cannot be used: it is taken, not of this machine, or not allowed. The message says which. */
public final class ListenerBindException extends RuntimeException {
    ListenerBindException(ListenerConfig listener, Throwable cause) {
        super("Cannot listen on " + listener + ": " + reason(cause), cause);
    }

    private static String reason(Throwable cause) {
        return cause instanceof UnresolvedAddressException ? "the host is unknown" : cause.getMessage();
    }
}
