package io.polestar.broker.net;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.polestar.broker.BrokerFixture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.CreateTopicsRequest;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.requests.OffsetCommitRequest;
import org.apache.kafka.common.requests.OffsetFetchRequest;
import org.apache.kafka.common.requests.OffsetFetchResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A client that does not wait for an answer before it sends what builds on it. */
@Timeout(120)
class PipelinedRequestsIT {
    private static final String GROUP = "group";
    private static final String TOPIC = "topic";

    @TempDir
    Path directory;

    @Test
    void shouldFindATopicWhenItsMetadataIsAskedForBehindItsCreation() throws IOException {
        try (BrokerFixture broker = BrokerFixture.builder(directory).start();
                WireClient client = new WireClient(port(broker))) {
            for (int i = 0; i < 20; i++) {
                String topic = "topic-" + i;
                MetadataResponse answer = (MetadataResponse) second(client, create(topic), describe(topic));
                assertEquals(Map.of(), answer.errors());
            }
        }
    }

    @Test
    void shouldFindAnOffsetWhenItIsAskedForBehindItsCommit() throws Exception {
        try (BrokerFixture broker = BrokerFixture.builder(directory).start();
                Admin admin = broker.admin();
                WireClient client = new WireClient(port(broker))) {
            client.ask(create(TOPIC), 0);
            admin.listConsumerGroupOffsets(GROUP).all().get();
            for (int offset = 1; offset <= 200; offset++) {
                OffsetFetchResponse answer = (OffsetFetchResponse) second(client, commit(offset), committed());
                assertEquals(offset, committedOffset(answer));
            }
        }
    }

    private static long committedOffset(OffsetFetchResponse answer) {
        return answer.group(GROUP).topics().get(0).partitions().get(0).committedOffset();
    }

    private static int port(BrokerFixture broker) {
        String address = broker.bootstrapServers();
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    private static AbstractResponse second(WireClient client, AbstractRequest one, AbstractRequest two)
            throws IOException {
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.writeBytes(WireClient.framed(one, 1).array());
        both.writeBytes(WireClient.framed(two, 2).array());
        client.send(both.toByteArray());
        client.receive(one, 1);
        return client.receive(two, 2);
    }

    private static CreateTopicsRequest create(String topic) {
        CreateTopicsRequestData data = new CreateTopicsRequestData().setTimeoutMs(10_000);
        data.topics()
                .add(new CreatableTopic().setName(topic).setNumPartitions(1).setReplicationFactor((short) 1));
        return new CreateTopicsRequest.Builder(data).build();
    }

    private static MetadataRequest describe(String topic) {
        return new MetadataRequest.Builder(new MetadataRequestData()
                        .setAllowAutoTopicCreation(false)
                        .setTopics(List.of(new MetadataRequestTopic().setName(topic))))
                .build();
    }

    private static OffsetCommitRequest commit(long offset) {
        return OffsetCommitRequest.Builder.forTopicNames(new OffsetCommitRequestData()
                        .setGroupId(GROUP)
                        .setTopics(List.of(new OffsetCommitRequestTopic()
                                .setName(TOPIC)
                                .setPartitions(
                                        List.of(new OffsetCommitRequestPartition().setCommittedOffset(offset))))))
                .build();
    }

    private static OffsetFetchRequest committed() {
        return OffsetFetchRequest.Builder.forTopicNames(
                        new OffsetFetchRequestData()
                                .setGroups(List.of(new OffsetFetchRequestGroup()
                                        .setGroupId(GROUP)
                                        .setTopics(List.of(new OffsetFetchRequestTopics()
                                                .setName(TOPIC)
                                                .setPartitionIndexes(List.of(0)))))),
                        false)
                .build();
    }
}
