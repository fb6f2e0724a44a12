package io.polestar.client;

/** A message that was refused because the queue was full, as the behaviour {@code fail} has it. */
public final class QueueFullException extends RuntimeException {
    QueueFullException(String client, String topic, int queueSize) {
        super(client + " has no room for a message of " + topic + ": its queue of " + queueSize + " is full");
    }
}
