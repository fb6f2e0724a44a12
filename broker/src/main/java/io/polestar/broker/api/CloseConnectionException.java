package io.polestar.broker.api;

/** A request whose only proper answer is to close the connection, such as a failed produce with acks=0. */
public final class CloseConnectionException extends RuntimeException {
    public CloseConnectionException(String reason) {
        super(reason, null, false, false);
    }
}
