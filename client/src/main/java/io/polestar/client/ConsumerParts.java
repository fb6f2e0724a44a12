package io.polestar.client;

import io.polestar.client.config.ConsumerConfig;
import java.util.Optional;

/** What a consumer's polling thread works with. Immutable. */
record ConsumerParts(
        ConsumerConfig config,
        StartPoint start,
        TopicSelection selection,
        Handling handling,
        Lanes lanes,
        LaneCounts counts,
        Optional<TrackedState> tracked) {

    ConsumerListener listener() {
        return handling.listener();
    }

    ConsumerMeters meters() {
        return handling.meters();
    }

    boolean isCircuitOpen() {
        return handling.isCircuitOpen();
    }
}
