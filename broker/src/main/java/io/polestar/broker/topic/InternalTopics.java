package io.polestar.broker.topic;

import org.apache.kafka.common.internals.Topic;

/** The topics that the broker writes itself: Kafka's, and the ledger's. */
public final class InternalTopics {

    /** What groups did not get to see. */
    public static final String LEDGER = "__polestar_ledger";

    private InternalTopics() {}

    public static boolean contains(String topic) {
        return Topic.isInternal(topic) || topic.equals(LEDGER);
    }
}
