package io.polestar.client;

/** A message for a publisher that was closed; it was never sent, unless the message says otherwise. */
public final class PublisherClosedException extends RuntimeException {
    PublisherClosedException(String message) {
        super(message);
    }
}
