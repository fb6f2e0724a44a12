package io.polestar.client;

/** Does what an application does with a message. It is called again for the same message after it threw. */
@FunctionalInterface
public interface MessageHandler {
    /** @throws Exception to be tried again later */
    void handle(Message message) throws Exception;
}
