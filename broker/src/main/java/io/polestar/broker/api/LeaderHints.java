package io.polestar.broker.api;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.apache.kafka.metadata.LeaderAndIsr;

/** Tells a client that asked the wrong broker who leads (KIP-951), collecting the nodes named for the end of the answer. */
final class LeaderHints {
    private final KRaftMetadataCache metadata;
    private final ListenerName listener;
    private final Map<Integer, Node> nodes = new LinkedHashMap<>();

    LeaderHints(KRaftMetadataCache metadata, ListenerName listener) {
        this.metadata = metadata;
        this.listener = listener;
    }

    /** @param leader takes the id and the epoch of the partition's leader; not called if the partition is unknown */
    void about(TopicPartition topicPartition, BiConsumer<Integer, Integer> leader) {
        Optional<LeaderAndIsr> known = metadata.getLeaderAndIsr(topicPartition.topic(), topicPartition.partition());
        known.ifPresent(state -> {
            metadata.getAliveBrokerNode(state.leader(), listener).ifPresent(node -> nodes.put(node.id(), node));
            leader.accept(state.leader(), state.leaderEpoch());
        });
    }

    List<Node> nodes() {
        return List.copyOf(nodes.values());
    }
}
