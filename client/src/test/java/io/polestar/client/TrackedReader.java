package io.polestar.client;

import io.polestar.client.track.MessageTracker;
import java.nio.file.Path;

/** A program that reads tracked messages in a group until it is killed. Arguments: HOST:PORT, topic, the tracker's file. */
public final class TrackedReader {
    private TrackedReader() {}

    public static void main(String[] args) throws Exception {
        Path file = Path.of(args[2]);
        Hub hub = Hub.connect(args[0]);
        hub.consumer(Hubs.quick("tracked").build())
                .subscribe(args[1])
                .tracker(MessageTracker.load(file), file)
                .onMessage(message -> {})
                .start()
                .finished()
                .join();
    }
}
