package io.polestar.client;

import java.io.IOException;

/** A value that is not what a handler took it for. Its words are the place, never the contents. */
public final class MalformedMessageException extends RuntimeException {
    MalformedMessageException(Message message, Class<?> type, IOException cause) {
        super(message.place() + " is no JSON of a " + type.getSimpleName(), cause);
    }
}
