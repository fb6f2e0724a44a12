package io.polestar.ops.example;

import io.polestar.client.Hub;
import io.polestar.client.Publisher;
import io.polestar.client.config.PublisherConfig;
import io.polestar.client.track.MessageTracker;
import java.io.PrintWriter;

/** Each message carries its source and a number; the receiver says what is missing, double or out of order. */
final class TrackingExample implements ClientExample {
    private static final int MESSAGES = 100;

    @Override
    public void run(Hub hub, PrintWriter out) {
        MessageTracker tracker = new MessageTracker();
        Publisher publisher = hub.publisher(
                PublisherConfig.builder().name("meter").trackSource("meter-7").build());
        for (int i = 0; i < MESSAGES; i++) {
            publisher.publish("meters.readings", Integer.toString(i));
        }
        publisher.close();
        tracker.expect(publisher.source().orElseThrow());

        hub.consumer("auditor")
                .subscribe("meters.readings")
                .replay()
                .stopAtEnd()
                .tracker(tracker)
                .onMessage(message -> {})
                .start()
                .finished()
                .join();
        tracker.report()
                .forEach(report -> out.println("received " + report.received() + ", missing " + report.missingCount()
                        + ", double " + report.duplicates() + ", out of order " + report.reordered()));
    }
}
