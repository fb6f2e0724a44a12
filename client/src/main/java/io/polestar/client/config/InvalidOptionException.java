package io.polestar.client.config;

/** An option that is unknown or whose value is refused: the message names the option, the value and what is allowed. */
public final class InvalidOptionException extends IllegalArgumentException {

    InvalidOptionException(String option, Object value, String allowed) {
        super("option " + option + " = " + value + " is refused; allowed: " + allowed);
    }

    InvalidOptionException(String message) {
        super(message);
    }

    InvalidOptionException(String message, Throwable cause) {
        super(message, cause);
    }
}
