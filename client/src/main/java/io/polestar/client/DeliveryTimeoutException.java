package io.polestar.client;

/** A message that waited in the queue longer than the delivery deadline; it was never sent. */
public final class DeliveryTimeoutException extends RuntimeException {
    DeliveryTimeoutException(String topic, long waitedMs) {
        super("a message to " + topic + " was not sent: it waited " + waitedMs + " ms in the queue");
    }
}
