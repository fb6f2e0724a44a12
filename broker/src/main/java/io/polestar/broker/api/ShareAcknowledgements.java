package io.polestar.broker.api;

import io.polestar.broker.share.Acknowledgement;
import io.polestar.broker.share.SharePartitions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.metadata.KRaftMetadataCache;

/** The acknowledgements of a ShareFetch or ShareAcknowledge: which are refused at once, and what becomes of the others. Immutable. */
record ShareAcknowledgements(SharePartitions partitions, KRaftMetadataCache metadata) {

    /**
     * What a request brings.
     *
     * @param knowsRenew whether its version has acknowledgements that renew
     * @param renews whether it says that it has some
     */
    record Given(
            String groupId,
            String member,
            boolean knowsRenew,
            boolean renews,
            Map<TopicIdPartition, List<Acknowledgement>> all) {}

    /** @return for each partition NONE or what the member is told; never fails */
    CompletableFuture<Map<TopicIdPartition, Errors>> apply(Given given, Predicate<String> mayRead) {
        Map<TopicIdPartition, Errors> refused = new HashMap<>();
        Map<TopicIdPartition, List<Acknowledgement>> accepted = new LinkedHashMap<>();
        List<TopicIdPartition> silent = new ArrayList<>();
        given.all().forEach((partition, acknowledgements) -> {
            Errors error = refusal(given, partition, acknowledgements, mayRead);
            if (error != Errors.NONE) {
                refused.put(partition, error);
            } else if (acknowledgements.isEmpty()) {
                silent.add(partition);
            } else {
                accepted.put(partition, acknowledgements);
            }
        });
        if (accepted.isEmpty()) {
            return CompletableFuture.completedFuture(refused);
        }
        return partitions.acknowledge(given.groupId(), given.member(), accepted).thenApply(results -> {
            results.putAll(refused);
            silent.forEach(partition -> results.put(partition, Errors.NONE));
            return results;
        });
    }

    private Errors refusal(
            Given given,
            TopicIdPartition partition,
            List<Acknowledgement> acknowledgements,
            Predicate<String> mayRead) {
        if (partition.topic() == null) {
            return Errors.UNKNOWN_TOPIC_ID;
        }
        if (!Acknowledgement.areValid(acknowledgements, given.knowsRenew(), given.renews())) {
            return Errors.INVALID_REQUEST;
        }
        if (!mayRead.test(partition.topic())) {
            return Errors.TOPIC_AUTHORIZATION_FAILED;
        }
        return metadata.contains(partition.topicPartition()) ? Errors.NONE : Errors.UNKNOWN_TOPIC_OR_PARTITION;
    }
}
