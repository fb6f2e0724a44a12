package io.polestar.broker.api;

import java.util.Map;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.CreateTopicsRequest;
import org.apache.kafka.common.requests.CreateTopicsResponse;

/** Topics for tests. */
final class Topics {
    private Topics() {}

    static CreatableTopic topic(String name, int partitions, Map<String, String> configs) {
        CreatableTopic topic =
                new CreatableTopic().setName(name).setNumPartitions(partitions).setReplicationFactor((short) 1);
        configs.forEach((key, value) ->
                topic.configs().add(new CreatableTopicConfig().setName(key).setValue(value)));
        return topic;
    }

    static CreateTopicsRequest create(CreatableTopic... topics) {
        return create(ApiKeys.CREATE_TOPICS.latestVersion(), topics);
    }

    static CreateTopicsRequest create(short version, CreatableTopic... topics) {
        CreateTopicsRequestData data = new CreateTopicsRequestData().setTimeoutMs(10_000);
        for (CreatableTopic topic : topics) {
            data.topics().add(topic);
        }
        return new CreateTopicsRequest.Builder(data).build(version);
    }

    /** Creates a topic of one replica and returns the controller's answer. */
    static CreateTopicsResponse exists(ApiFixture apis, String name, int partitions) {
        return apis.call(create(topic(name, partitions, Map.of())));
    }
}
