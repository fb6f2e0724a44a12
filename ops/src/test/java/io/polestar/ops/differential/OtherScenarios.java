package io.polestar.ops.differential;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopic;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopicCollection;
import org.apache.kafka.common.message.GetTelemetrySubscriptionsRequestData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.PushTelemetryRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;

/** The rest: log directories, producer ids, telemetry, and bytes that are no request. */
final class OtherScenarios {
    private OtherScenarios() {}

    static List<Scenario> all(long seed) {
        return List.of(
                new Scenario("log-dirs", OtherScenarios::logDirs),
                new Scenario("init-producer-id", OtherScenarios::producerIds),
                new Scenario("telemetry", OtherScenarios::telemetry),
                new Scenario("frames", OtherScenarios::frames),
                new Scenario("cut-frames", session -> cutFrames(session, new Random(seed))));
    }

    private static DescribableLogDirTopic logDirs(String topic, Integer... partitions) {
        return new DescribableLogDirTopic().setTopic(topic).setPartitions(List.of(partitions));
    }

    private static DescribeLogDirsRequestData logDirs(DescribableLogDirTopic... topics) {
        return new DescribeLogDirsRequestData()
                .setTopics(new DescribableLogDirTopicCollection(List.of(topics).iterator()));
    }

    private static void logDirs(Session session) {
        Uuid id = Admin.create(session, "log-dirs", 2, Map.of());
        ProduceScenarios.store(session, id, 0, Batches.plain(3));
        session.all("some", ApiKeys.DESCRIBE_LOG_DIRS, logDirs(logDirs("log-dirs", 0, 1, 9, -1)));
        session.all("unknown", ApiKeys.DESCRIBE_LOG_DIRS, logDirs(logDirs("log-nothing", 0)));
        session.all("no partitions", ApiKeys.DESCRIBE_LOG_DIRS, logDirs(logDirs("log-dirs")));
        session.all("none", ApiKeys.DESCRIBE_LOG_DIRS, logDirs());
    }

    private static void producerIds(Session session) {
        Admin.producerId(session);
        for (long id : new long[] {-1, 0, 5, -2}) {
            for (short epoch : new short[] {-1, 0, 3, -2}) {
                for (int timeoutMs : new int[] {-1, 0, 1000}) {
                    session.all(
                            "id " + id + " epoch " + epoch + " timeout " + timeoutMs,
                            ApiKeys.INIT_PRODUCER_ID,
                            new InitProducerIdRequestData()
                                    .setTransactionalId(null)
                                    .setTransactionTimeoutMs(timeoutMs)
                                    .setProducerId(id)
                                    .setProducerEpoch(epoch));
                }
            }
        }
        session.all(
                "empty transactional id",
                ApiKeys.INIT_PRODUCER_ID,
                new InitProducerIdRequestData().setTransactionalId("").setTransactionTimeoutMs(1000));
    }

    private static void telemetry(Session session) {
        session.all("any", ApiKeys.GET_TELEMETRY_SUBSCRIPTIONS, new GetTelemetrySubscriptionsRequestData());
        session.all(
                "known",
                ApiKeys.GET_TELEMETRY_SUBSCRIPTIONS,
                new GetTelemetrySubscriptionsRequestData().setClientInstanceId(new Uuid(2, 3)));
        session.all(
                "again",
                ApiKeys.GET_TELEMETRY_SUBSCRIPTIONS,
                new GetTelemetrySubscriptionsRequestData().setClientInstanceId(new Uuid(2, 3)));
        for (Uuid id : List.of(Uuid.ZERO_UUID, new Uuid(2, 3), new Uuid(9, 9))) {
            session.all(
                    "push " + id,
                    ApiKeys.PUSH_TELEMETRY,
                    new PushTelemetryRequestData()
                            .setClientInstanceId(id)
                            .setSubscriptionId(5)
                            .setMetrics(ByteBuffer.wrap(new byte[3])));
            session.all(
                    "push codec 9 " + id,
                    ApiKeys.PUSH_TELEMETRY,
                    new PushTelemetryRequestData().setClientInstanceId(id).setCompressionType((byte) 9));
            session.all(
                    "push last " + id,
                    ApiKeys.PUSH_TELEMETRY,
                    new PushTelemetryRequestData().setClientInstanceId(id).setTerminating(true));
        }
    }

    private static ByteBuffer bytes(ApiKeys key, short version, ApiMessage request) {
        RequestHeader header = new RequestHeader(key, version, "raw", 1);
        return RequestUtils.serialize(header.data(), header.headerVersion(), request, version);
    }

    private static ByteBuffer header(int key, int version) {
        return ByteBuffer.allocate(13)
                .putShort((short) key)
                .putShort((short) version)
                .putInt(1)
                .putShort((short) 3)
                .put(new byte[] {'r', 'a', 'w'})
                .flip();
    }

    private static void frames(Session session) {
        for (int key : new int[] {-1, 4, 5, 6, 7, 52, 56, 58, 59, 62, 999, Short.MAX_VALUE, Short.MIN_VALUE}) {
            session.frame("key " + key, header(key, 0));
        }
        for (ApiKeys key : ApiKeys.brokerApis()) {
            session.frame(key + " version -1", header(key.id, -1));
            if (key.oldestVersion() > 0) {
                session.frame(key + " too old", header(key.id, key.oldestVersion() - 1));
            }
            session.frame(key + " too new", header(key.id, key.latestVersion() + 1));
            session.frame(key + " far too new", header(key.id, 999));
        }
        session.frame("empty frame", ByteBuffer.allocate(0));
        session.raw("length -1", ByteBuffer.allocate(4).putInt(-1).array());
        session.raw(
                "length too large",
                ByteBuffer.allocate(4).putInt(Integer.MAX_VALUE).array());
        session.raw("half a length", new byte[2]);
        session.raw("http", "GET / HTTP/1.1\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        ByteBuffer metadata = bytes(ApiKeys.METADATA, (short) 9, new MetadataRequestData());
        ByteBuffer longer = ByteBuffer.allocate(metadata.remaining() + 5)
                .put(metadata.duplicate())
                .putInt(7)
                .put((byte) 1);
        session.frame("trailing bytes", longer.flip());
        ByteBuffer versions = bytes(
                ApiKeys.API_VERSIONS,
                (short) 3,
                new ApiVersionsRequestData().setClientSoftwareName("a").setClientSoftwareVersion("b"));
        ByteBuffer longerVersions = ByteBuffer.allocate(versions.remaining() + 2)
                .put(versions.duplicate())
                .putShort((short) 7);
        session.frame("trailing bytes of ApiVersions", longerVersions.flip());
        ByteBuffer negative = header(3, 1);
        session.frame("no body", negative);
        session.frame(
                "array of -2",
                ByteBuffer.allocate(17).put(header(3, 1)).putInt(-2).flip());
        session.frame(
                "array of 2^31-1",
                ByteBuffer.allocate(17)
                        .put(header(3, 1))
                        .putInt(Integer.MAX_VALUE)
                        .flip());
        session.frame(
                "string of -2",
                ByteBuffer.allocate(19)
                        .put(header(3, 1))
                        .putInt(1)
                        .putShort((short) -2)
                        .flip());
        session.frame(
                "null string",
                ByteBuffer.allocate(19)
                        .put(header(3, 1))
                        .putInt(1)
                        .putShort((short) -1)
                        .flip());
        session.frame(
                "client id -2",
                ByteBuffer.allocate(14)
                        .put(header(3, 1))
                        .putShort(8, (short) -2)
                        .flip());
        session.frame(
                "client id null",
                ByteBuffer.allocate(14)
                        .putShort((short) 18)
                        .putShort((short) 0)
                        .putInt(1)
                        .putShort((short) -1)
                        .flip());
        session.frame(
                "client id 999",
                ByteBuffer.allocate(14)
                        .putShort((short) 18)
                        .putShort((short) 0)
                        .putInt(1)
                        .putShort((short) 999)
                        .flip());
    }

    /** Every request that both serve, without its end: closed, or understood. */
    private static void cutFrames(Session session, Random random) {
        for (ApiKeys key : served(session)) {
            short version = Session.latest(key);
            ByteBuffer whole;
            try {
                whole = bytes(key, version, key.messageType.newRequest());
            } catch (RuntimeException e) {
                continue;
            }
            int cut = Math.max(0, whole.remaining() - 1 - random.nextInt(3));
            session.frame(key + " cut", whole.duplicate().limit(cut));
        }
    }

    private static List<ApiKeys> served(Session session) {
        ApiVersionsRequestData request = new ApiVersionsRequestData()
                .setClientSoftwareName("differential")
                .setClientSoftwareVersion("1");
        return session.prepare(ApiKeys.API_VERSIONS, request, ApiVersionsResponseData.class).apiKeys().stream()
                .map(version -> ApiKeys.forId(version.apiKey()))
                .filter(OtherScenarios::inBoth)
                .sorted()
                .toList();
    }

    /** What Kafka alone serves would make the transcripts differ in length. */
    private static boolean inBoth(ApiKeys key) {
        return key.id < ApiKeys.ADD_PARTITIONS_TO_TXN.id && key != ApiKeys.SASL_HANDSHAKE
                || key == ApiKeys.DESCRIBE_CONFIGS
                || key == ApiKeys.ALTER_CONFIGS
                || key == ApiKeys.CREATE_PARTITIONS
                || key == ApiKeys.DELETE_GROUPS
                || key == ApiKeys.CONSUMER_GROUP_HEARTBEAT;
    }
}
