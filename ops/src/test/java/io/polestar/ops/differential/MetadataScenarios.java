package io.polestar.ops.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.Cursor;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.protocol.ApiKeys;

/** What a client asks first: the APIs, the brokers, the topics. Played before others have made topics of their own. */
final class MetadataScenarios {
    private MetadataScenarios() {}

    static List<Scenario> all() {
        return List.of(
                new Scenario("api-versions", MetadataScenarios::apiVersions),
                new Scenario("metadata", MetadataScenarios::metadata),
                new Scenario("describe-topic-partitions", MetadataScenarios::topicPartitions),
                new Scenario("describe-cluster", MetadataScenarios::cluster));
    }

    private static void apiVersions(Session session) {
        session.all("plain", ApiKeys.API_VERSIONS, software("tool", "1.0"));
        for (String[] software : new String[][] {
            {"", ""}, {"a b", "1"}, {"a", "1 "}, {"-a", "1"}, {"a-", "1"}, {"a.b-c", "1.0-x"}, {"ä", "1"}, {"a", ""}
        }) {
            session.all(
                    "software " + software[0] + "/" + software[1],
                    ApiKeys.API_VERSIONS,
                    software(software[0], software[1]));
        }
    }

    private static ApiVersionsRequestData software(String name, String version) {
        return new ApiVersionsRequestData().setClientSoftwareName(name).setClientSoftwareVersion(version);
    }

    private static MetadataRequestData named(String... names) {
        List<MetadataRequestTopic> topics = new ArrayList<>();
        for (String name : names) {
            topics.add(new MetadataRequestTopic().setName(name));
        }
        return new MetadataRequestData().setTopics(topics).setAllowAutoTopicCreation(false);
    }

    private static MetadataRequestData identified(Uuid... ids) {
        List<MetadataRequestTopic> topics = new ArrayList<>();
        for (Uuid id : ids) {
            topics.add(new MetadataRequestTopic().setName(null).setTopicId(id));
        }
        return new MetadataRequestData().setTopics(topics).setAllowAutoTopicCreation(false);
    }

    private static void metadata(Session session) {
        String one = "metadata-one";
        String two = "metadata-two";
        Uuid oneId = Admin.create(session, one, 1, Map.of());
        Uuid twoId = Admin.create(session, two, 3, Map.of());
        for (short version : Session.versions(ApiKeys.METADATA)) {
            boolean creating = version < 4;
            for (MetadataRequestData request : List.of(
                    named(),
                    named(one),
                    named(one, two),
                    named(one, one),
                    named("a/b"),
                    named(""),
                    named("."),
                    named("..", "x".repeat(250)),
                    named(one, "a b"),
                    identified(oneId),
                    identified(oneId, twoId),
                    identified(new Uuid(5, 5)),
                    identified(oneId, oneId),
                    identified(Uuid.ZERO_UUID, oneId))) {
                ask(session, version, creating, request);
            }
            if (!creating) {
                ask(session, version, false, named("metadata-nothing"));
                ask(session, version, false, named(one, "metadata-nothing", "a/b"));
                ask(session, version, false, named("a/b").setAllowAutoTopicCreation(true));
                ask(session, version, false, named("").setAllowAutoTopicCreation(true));
            }
            MetadataRequestData mixed = named(one);
            mixed.topics().get(0).setTopicId(twoId);
            ask(session, version, creating, mixed);
            MetadataRequestData both = named(one);
            both.topics().add(new MetadataRequestTopic().setName(null).setTopicId(twoId));
            ask(session, version, creating, both);
            MetadataRequestData operations =
                    named(one).setIncludeClusterAuthorizedOperations(true).setIncludeTopicAuthorizedOperations(true);
            ask(session, version, creating, operations);
            ask(session, version, creating, named(one).setIncludeTopicAuthorizedOperations(true));
        }
    }

    private static void ask(Session session, short version, boolean creating, MetadataRequestData request) {
        session.call(
                "" + request.topics() + request.includeTopicAuthorizedOperations(),
                ApiKeys.METADATA,
                version,
                creating ? request.duplicate().setAllowAutoTopicCreation(true) : request);
    }

    private static void topicPartitions(Session session) {
        Admin.create(session, "partitions-a", 3, Map.of());
        Admin.create(session, "partitions-b", 4, Map.of());
        for (int limit : new int[] {-1, 0, 1, 2, 3, 5, 100, 5000}) {
            session.all(
                    "limit " + limit,
                    ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
                    partitions(limit, "partitions-b", "partitions-a"));
            for (String topic : List.of("partitions-a", "partitions-b", "partitions-aa", "partitions-z", "a/b", "")) {
                for (int partition : new int[] {-1, 0, 1, 3, 9}) {
                    session.all(
                            "limit " + limit + " from " + topic + " " + partition,
                            ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
                            partitions(limit, "partitions-a", "partitions-b")
                                    .setCursor(new Cursor().setTopicName(topic).setPartitionIndex(partition)));
                }
            }
        }
        for (String odd : List.of("partitions-nothing", "a/b", "partitions-a")) {
            session.all("odd " + odd, ApiKeys.DESCRIBE_TOPIC_PARTITIONS, partitions(10, odd, "partitions-b", odd));
        }
    }

    private static DescribeTopicPartitionsRequestData partitions(int limit, String... topics) {
        DescribeTopicPartitionsRequestData request =
                new DescribeTopicPartitionsRequestData().setResponsePartitionLimit(limit);
        for (String topic : topics) {
            request.topics().add(new TopicRequest().setName(topic));
        }
        return request;
    }

    private static void cluster(Session session) {
        for (byte type : new byte[] {0, 1, 2, 3, -1}) {
            for (boolean operations : new boolean[] {false, true}) {
                for (boolean fenced : new boolean[] {false, true}) {
                    session.all(
                            "type " + type + operations + fenced,
                            ApiKeys.DESCRIBE_CLUSTER,
                            new DescribeClusterRequestData()
                                    .setEndpointType(type)
                                    .setIncludeClusterAuthorizedOperations(operations)
                                    .setIncludeFencedBrokers(fenced));
                }
            }
        }
    }
}
