package io.polestar.client;

import java.util.List;

/** Does what an application does with some messages at once. It is called again with the same ones after it threw. */
@FunctionalInterface
public interface BatchHandler {
    /**
     * @param messages at least one, in order for each key
     * @throws Exception to be tried again later; when tries run out, with each message alone
     */
    void handle(List<Message> messages) throws Exception;
}
