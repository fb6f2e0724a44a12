package io.polestar.protocol;

/** A response that cannot be written in the version asked for: a fault of the handler, not of the client. */
public final class ResponseEncodingException extends RuntimeException {
    ResponseEncodingException(String message, Throwable cause) {
        super(message, cause);
    }
}
