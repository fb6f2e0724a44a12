package io.polestar.ops.differential;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.protocol.ApiKeys;

/** A broker that is told to forget itself, and leads nothing from then on: said last. */
final class UnregisterScenarios {
    private static final String TOPIC = "unregister";
    private static final int ITSELF = 1;

    private UnregisterScenarios() {}

    static List<Scenario> all() {
        return List.of(new Scenario("unregister-itself", UnregisterScenarios::itself));
    }

    private static void itself(Session session) {
        Uuid id = Admin.create(session, TOPIC, 1, Map.of());
        ProduceScenarios.store(session, id, 0, Batches.plain(1));
        session.all("itself", ApiKeys.UNREGISTER_BROKER, new UnregisterBrokerRequestData().setBrokerId(ITSELF));
        MetadataRequestData metadata = new MetadataRequestData()
                .setAllowAutoTopicCreation(false)
                .setTopics(List.of(new MetadataRequestTopic().setName(TOPIC)));
        Admin.await(
                "no broker",
                () -> session.prepare(ApiKeys.METADATA, metadata, MetadataResponseData.class)
                        .brokers()
                        .isEmpty());
        session.all("metadata", ApiKeys.METADATA, metadata);
        session.all("cluster", ApiKeys.DESCRIBE_CLUSTER, new DescribeClusterRequestData());
        session.call(
                "again", ApiKeys.UNREGISTER_BROKER, (short) 0, new UnregisterBrokerRequestData().setBrokerId(ITSELF));
    }
}
