package io.polestar.client;

import io.polestar.client.track.MessageTracker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;

/** A consumer's tracker, and where its state is kept. The polling thread's. */
record TrackedState(MessageTracker tracker, Optional<Path> file) {

    void observe(Message message) {
        tracker.observe(message.topic(), message.partition(), message.offset(), message.headers());
    }

    /** Before a commit: so what is given again after a crash was seen, and is known to have been. */
    void save() {
        file.ifPresent(path -> {
            try {
                tracker.save(path);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }
}
