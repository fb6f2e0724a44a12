package io.polestar.client;

/** A message that was dropped because its publisher's queue was full; it was never sent. */
public final class MessageDroppedException extends RuntimeException {
    MessageDroppedException(String publisher, String topic, int queueSize) {
        super("publisher " + publisher + " dropped a message to " + topic + ": its queue of " + queueSize + " is full");
    }
}
