package io.polestar.ops.differential;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeQuorumRequestData.PartitionData;
import org.apache.kafka.common.message.DescribeQuorumRequestData.TopicData;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData.FeatureUpdateKey;
import org.apache.kafka.common.protocol.ApiKeys;

/** The metadata quorum and the cluster's features; nothing is changed. */
final class ClusterScenarios {
    private static final String METADATA_TOPIC = "__cluster_metadata";

    private ClusterScenarios() {}

    static List<Scenario> all() {
        return List.of(
                new Scenario("describe-quorum", ClusterScenarios::quorum),
                new Scenario("update-features", ClusterScenarios::features));
    }

    private static void quorum(Session session) {
        for (short version : Session.versions(ApiKeys.DESCRIBE_QUORUM)) {
            quorum(session, version, METADATA_TOPIC, 0);
            quorum(session, version, METADATA_TOPIC, 1);
            quorum(session, version, "quorum-nothing", 0);
            quorum(session, version, "", -1);
        }
    }

    /** Offsets and epochs of the metadata log are each cluster's own. */
    private static void quorum(Session session, short version, String topic, int partition) {
        DescribeQuorumRequestData request = new DescribeQuorumRequestData()
                .setTopics(List.of(new TopicData()
                        .setTopicName(topic)
                        .setPartitions(List.of(new PartitionData().setPartitionIndex(partition)))));
        session.about(
                topic + " " + partition,
                ApiKeys.DESCRIBE_QUORUM,
                version,
                request,
                answer -> summary((DescribeQuorumResponseData) answer));
    }

    private static ArrayNode summary(DescribeQuorumResponseData answer) {
        ArrayNode all = JsonNodeFactory.instance.arrayNode().add("error " + answer.errorCode());
        answer.topics()
                .forEach(topic -> topic.partitions()
                        .forEach(partition -> all.add(topic.topicName() + partition.partitionIndex() + " error "
                                + partition.errorCode() + " leader " + partition.leaderId() + " voters "
                                + partition.currentVoters().size() + " observers "
                                + partition.observers().size())));
        return all;
    }

    private static void features(Session session) {
        for (short version : Session.versions(ApiKeys.UPDATE_FEATURES)) {
            session.call("none", ApiKeys.UPDATE_FEATURES, version, new UpdateFeaturesRequestData());
            for (int level : new int[] {-1, 0, 1, 99}) {
                for (int type : new int[] {0, 1, 2, 3, 9}) {
                    for (String feature : List.of("nonsense", "")) {
                        update(session, version, feature, level, type);
                    }
                }
            }
            update(session, version, "metadata.version", 99, 1);
            update(session, version, "metadata.version", 1, 2);
            update(session, version, "group.version", 99, 1);
        }
    }

    private static void update(Session session, short version, String feature, int level, int type) {
        UpdateFeaturesRequestData request = new UpdateFeaturesRequestData().setTimeoutMs(5_000);
        FeatureUpdateKey update = new FeatureUpdateKey().setFeature(feature).setMaxVersionLevel((short) level);
        if (version == 0) {
            update.setAllowDowngrade(type > 1);
        } else {
            update.setUpgradeType((byte) type);
            request.setValidateOnly(true);
        }
        request.featureUpdates().add(update);
        session.call(feature + " to " + level + " type " + type, ApiKeys.UPDATE_FEATURES, version, request);
    }
}
