package io.polestar.broker.net;

/** A listener's address cannot be used: it is taken, not of this machine, or not allowed. The message says which. */
public final class ListenerBindException extends RuntimeException {
    ListenerBindException(ListenerConfig listener, Throwable cause) {
        super("Cannot listen on " + listener + ": " + cause.getMessage(), cause);
    }
}
