package io.polestar.ops.differential;

import static io.polestar.ops.differential.Batches.TIME_MS;
import static io.polestar.ops.differential.Batches.record;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Produce: what is stored, what is refused, and how. */
final class ProduceScenarios {
    private ProduceScenarios() {}

    static List<Scenario> all() {
        return List.of(
                new Scenario("produce-shapes", ProduceScenarios::shapes),
                new Scenario("produce-batches", ProduceScenarios::batches),
                new Scenario("produce-compacted", ProduceScenarios::compacted),
                new Scenario("produce-timestamps", ProduceScenarios::timestamps),
                new Scenario("produce-codecs", ProduceScenarios::codecs),
                new Scenario("produce-idempotent", ProduceScenarios::idempotent),
                new Scenario("produce-limits", ProduceScenarios::limits));
    }

    static ProduceRequestData request(String topic, Uuid id, int partition, BaseRecords records) {
        return request((short) -1, topic, id, partition, records);
    }

    static ProduceRequestData request(short acks, String topic, Uuid id, int partition, BaseRecords records) {
        ProduceRequestData data = new ProduceRequestData().setAcks(acks).setTimeoutMs(10_000);
        TopicProduceData topicData = new TopicProduceData().setName(topic).setTopicId(id);
        topicData
                .partitionData()
                .add(new PartitionProduceData().setIndex(partition).setRecords(records));
        data.topicData().add(topicData);
        return data;
    }

    /** Sends in every version, by name where the version has names and by id where it has ids. */
    static void produce(
            Session session, String step, short acks, String topic, Uuid id, int partition, BaseRecords records) {
        for (short version : Session.versions(ApiKeys.PRODUCE)) {
            produce(session, step, version, acks, topic, id, partition, records);
        }
    }

    static void produce(
            Session session,
            String step,
            short version,
            short acks,
            String topic,
            Uuid id,
            int partition,
            BaseRecords records) {
        BaseRecords fresh = records instanceof MemoryRecords memory ? Batches.copy(memory) : records;
        ProduceRequestData data = version >= 13
                ? request(acks, "", id, partition, fresh)
                : request(acks, topic, Uuid.ZERO_UUID, partition, fresh);
        session.call(step, ApiKeys.PRODUCE, version, data);
    }

    static void store(Session session, Uuid id, int partition, MemoryRecords records) {
        session.prepare(
                ApiKeys.PRODUCE,
                request("", id, partition, Batches.copy(records)),
                org.apache.kafka.common.message.ProduceResponseData.class);
    }

    /** Records all batches of the partitions: a fetch of Kafka ends with a segment, so it takes several. */
    static void readBack(Session session, String step, Uuid id, int partitions) {
        for (int partition = 0; partition < partitions; partition++) {
            ArrayNode batches = JsonNodeFactory.instance.arrayNode();
            PartitionData read = fetch(session, id, partition, 0);
            long next = 0;
            while (read.errorCode() == 0 && read.records().sizeInBytes() > 0) {
                next = Answers.addBatches((MemoryRecords) read.records(), batches);
                read = fetch(session, id, partition, next);
            }
            session.note(
                    step + " in partition " + partition,
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("errorCode", read.errorCode())
                            .put("highWatermark", read.highWatermark())
                            .put("logStartOffset", read.logStartOffset())
                            .set("records", batches));
        }
    }

    private static PartitionData fetch(Session session, Uuid id, int partition, long offset) {
        FetchRequestData fetch = new FetchRequestData()
                .setMaxWaitMs(0)
                .setMinBytes(0)
                .setMaxBytes(10_000_000)
                .setSessionId(0)
                .setSessionEpoch(-1);
        FetchTopic topic = new FetchTopic().setTopicId(id);
        topic.partitions()
                .add(new FetchPartition()
                        .setPartition(partition)
                        .setFetchOffset(offset)
                        .setPartitionMaxBytes(10_000_000));
        fetch.topics().add(topic);
        return session.prepare(ApiKeys.FETCH, fetch, FetchResponseData.class)
                .responses()
                .get(0)
                .partitions()
                .get(0);
    }

    private static void shapes(Session session) {
        String topic = "produce-shapes";
        Uuid id = Admin.create(session, topic, 2, Map.of());
        MemoryRecords two = Batches.plain(2);
        for (int acks : new int[] {-1, 1, 2, -2, 0}) {
            produce(session, "acks=" + acks, (short) acks, topic, id, 0, two);
        }
        produce(session, "unknown partition", (short) -1, topic, id, 7, two);
        produce(session, "negative partition", (short) -1, topic, id, -1, two);
        produce(session, "unknown topic", (short) -1, "produce-nothing", new Uuid(7, 7), 0, two);
        produce(session, "unknown topic acks=0", (short) 0, "produce-nothing", new Uuid(7, 7), 0, two);
        produce(session, "illegal topic", (short) -1, "a/b", new Uuid(7, 8), 0, two);
        produce(session, "empty name, zero id", (short) -1, "", Uuid.ZERO_UUID, 0, two);
        produce(session, "no bytes", (short) -1, topic, id, 0, MemoryRecords.EMPTY);
        Admin.awaitCoordinator(session, "produce-shapes");
        produce(session, "internal topic", (short) -1, "__consumer_offsets", new Uuid(7, 9), 0, two);
        session.all("no topics", ApiKeys.PRODUCE, new ProduceRequestData().setAcks((short) -1));
        session.all("no topics acks=5", ApiKeys.PRODUCE, new ProduceRequestData().setAcks((short) 5));
        for (short version : Session.versions(ApiKeys.PRODUCE)) {
            ProduceRequestData mixed = version >= 13
                    ? request("", id, 0, Batches.plain(1))
                    : request(topic, Uuid.ZERO_UUID, 0, Batches.plain(1));
            mixed.topicData()
                    .add(new TopicProduceData()
                            .setName(version >= 13 ? "" : "produce-nothing")
                            .setTopicId(version >= 13 ? new Uuid(7, 7) : Uuid.ZERO_UUID)
                            .setPartitionData(List.of(
                                    new PartitionProduceData().setIndex(0).setRecords(Batches.plain(1)))));
            session.call("one known one unknown topic", ApiKeys.PRODUCE, version, mixed);
            session.call(
                    "no partitions",
                    ApiKeys.PRODUCE,
                    version,
                    new ProduceRequestData()
                            .setAcks((short) -1)
                            .setTopicData(
                                    new ProduceRequestData.TopicProduceDataCollection(List.of(new TopicProduceData()
                                                    .setName(version >= 13 ? "" : topic)
                                                    .setTopicId(version >= 13 ? id : Uuid.ZERO_UUID))
                                            .iterator())));
            session.call(
                    "transactional id on plain records",
                    ApiKeys.PRODUCE,
                    version,
                    (version >= 13
                                    ? request("", id, 0, Batches.plain(1))
                                    : request(topic, Uuid.ZERO_UUID, 0, Batches.plain(1)))
                            .setTransactionalId("tx"));
        }
        readBack(session, "all of it", id, 2);
    }

    private static Map<String, MemoryRecords> oddBatches() {
        Map<String, MemoryRecords> odd = new LinkedHashMap<>();
        MemoryRecords three = Batches.plain(3);
        odd.put("three records", three);
        odd.put("empty batch", Batches.empty());
        odd.put("two batches", Batches.concat(three, three));
        odd.put("base offset 5", Batches.baseOffset(5, 2));
        odd.put("base offset -1", Batches.baseOffset(-1, 2));
        odd.put("control batch", Batches.control());
        odd.put("flipped byte", Batches.patched(three, three.sizeInBytes() - 1, 99, false));
        odd.put("wrong crc", Batches.patchedInt(three, 17, 12345, false));
        odd.put("truncated by 1", Batches.truncated(three, 1));
        odd.put("truncated to header", Batches.truncated(three, three.sizeInBytes() - 61));
        odd.put("truncated to 10", Batches.truncated(three, three.sizeInBytes() - 10));
        odd.put("batch then half", Batches.concat(three, Batches.truncated(three, 10)));
        odd.put("batch then 5 bytes", Batches.concat(three, Batches.truncated(three, three.sizeInBytes() - 5)));
        odd.put("length 0", Batches.patchedInt(three, 8, 0, false));
        odd.put("length -1", Batches.patchedInt(three, 8, -1, false));
        odd.put("length 48", Batches.patchedInt(three, 8, 48, false));
        odd.put("length 49", Batches.patchedInt(three, 8, 49, false));
        odd.put("length 10", Batches.patchedInt(three, 8, 10, false));
        odd.put("length huge", Batches.patchedInt(three, 8, Integer.MAX_VALUE, false));
        odd.put("magic 3", Batches.patched(three, 16, 3, false));
        odd.put("magic -1", Batches.patched(three, 16, -1, false));
        odd.put("magic 0", Batches.magic((byte) 0, CompressionType.NONE, Batches.records(2)));
        odd.put("magic 1", Batches.magic((byte) 1, CompressionType.NONE, Batches.records(2)));
        odd.put("magic 1 gzip", Batches.magic((byte) 1, CompressionType.GZIP, Batches.records(2)));
        odd.put("count 2 of 3", Batches.patchedInt(three, 57, 2, true));
        odd.put("count 4 of 3", Batches.patchedInt(three, 57, 4, true));
        odd.put("count 0 of 3", Batches.patchedInt(three, 57, 0, true));
        odd.put("count -1 of 3", Batches.patchedInt(three, 57, -1, true));
        odd.put("last offset delta 5", Batches.patchedInt(three, 23, 5, true));
        odd.put("last offset delta -1", Batches.patchedInt(three, 23, -1, true));
        odd.put(
                "last offset delta 5, count 6",
                Batches.patchedInt(Batches.patchedInt(three, 23, 5, true), 57, 6, true));
        odd.put("max timestamp lower", Batches.patchedLong(three, 35, TIME_MS - 100));
        odd.put("max timestamp higher", Batches.patchedLong(three, 35, TIME_MS + 100));
        odd.put("max timestamp -1", Batches.patchedLong(three, 35, -1));
        odd.put("codec 7", Batches.patched(three, 22, 7, true));
        odd.put("codec 5", Batches.patched(three, 22, 5, true));
        odd.put("codec gzip on plain", Batches.patched(three, 22, 1, true));
        odd.put("codec lz4 on plain", Batches.patched(three, 22, 3, true));
        odd.put("codec snappy on plain", Batches.patched(three, 22, 2, true));
        odd.put("codec zstd on plain", Batches.patched(three, 22, 4, true));
        odd.put("log append time from client", Batches.patched(three, 22, 8, true));
        odd.put("delete horizon from client", Batches.patched(three, 22, 64, true));
        odd.put("unused attribute bits", Batches.patched(three, 21, 0x7f, true));
        odd.put("leader epoch given", Batches.patchedInt(three, 12, 42, false));
        odd.put("record length wrong", Batches.patched(three, 61, 60, true));
        odd.put("record length negative", Batches.patched(three, 61, 1, true));
        odd.put("offset delta wrong", Batches.patched(three, 64, 4, true));
        odd.put("producer id without epoch", Batches.patchedLong(three, 43, 900_001));
        odd.put("transactional bit", Batches.patched(three, 22, 16, true));
        odd.put("null key and value", Batches.of(CompressionType.NONE, record(TIME_MS, null, null)));
        odd.put("empty key and value", Batches.of(CompressionType.NONE, record(TIME_MS, "", "")));
        odd.put("no timestamp", Batches.of(CompressionType.NONE, record(-1, "k", "v")));
        odd.put(
                "headers",
                Batches.of(
                        CompressionType.NONE,
                        new SimpleRecord(
                                TIME_MS,
                                Batches.bytes("k"),
                                Batches.bytes("v"),
                                new org.apache.kafka.common.header.Header[] {
                                    new org.apache.kafka.common.header.internals.RecordHeader("h", null),
                                    new org.apache.kafka.common.header.internals.RecordHeader("h", new byte[3])
                                })));
        return odd;
    }

    private static void batches(Session session) {
        String topic = "produce-batches";
        Uuid id = Admin.create(session, topic, 2, Map.of());
        oddBatches().forEach((name, batch) -> {
            for (short version : new short[] {3, 6, 7, 8, 9, 10, 13}) {
                produce(session, name, version, (short) -1, topic, id, 0, batch);
            }
        });
        for (CompressionType codec :
                List.of(CompressionType.GZIP, CompressionType.SNAPPY, CompressionType.LZ4, CompressionType.ZSTD)) {
            MemoryRecords sound = Batches.of(codec, Batches.records(3));
            Map<String, MemoryRecords> odd = new LinkedHashMap<>();
            odd.put("sound", sound);
            odd.put("bad data", Batches.patched(sound, sound.sizeInBytes() - 3, 77, true));
            odd.put("bad start", Batches.patched(sound, 62, 77, true));
            odd.put("count 4", Batches.patchedInt(sound, 57, 4, true));
            odd.put("count 2", Batches.patchedInt(sound, 57, 2, true));
            odd.put("delta 9", Batches.patchedInt(sound, 23, 9, true));
            odd.put("max ts", Batches.patchedLong(sound, 35, 5));
            odd.put("base 5", Batches.concat(Batches.patchedLong(sound, 43, -1)));
            MemoryRecords shifted = Batches.copy(sound);
            shifted.buffer().putLong(0, 5);
            odd.put("base offset 5", shifted);
            odd.forEach((name, batch) -> {
                for (short version : new short[] {3, 8, 13}) {
                    produce(session, codec.name + " " + name, version, (short) -1, topic, id, 1, batch);
                }
            });
        }
        readBack(session, "all of it", id, 2);
    }

    private static void compacted(Session session) {
        String topic = "produce-compacted";
        Uuid id = Admin.create(session, topic, 1, Map.of("cleanup.policy", "compact"));
        String both = "produce-compact-delete";
        Uuid bothId = Admin.create(session, both, 1, Map.of("cleanup.policy", "compact,delete"));
        for (CompressionType codec : List.of(CompressionType.NONE, CompressionType.GZIP, CompressionType.ZSTD)) {
            MemoryRecords mixed = Batches.of(
                    codec, record(TIME_MS, "a", "1"), record(TIME_MS, null, "2"), record(TIME_MS, null, null));
            for (short version : Session.versions(ApiKeys.PRODUCE)) {
                produce(session, codec.name + " no key", version, (short) -1, topic, id, 0, mixed);
                produce(session, codec.name + " no key, both", version, (short) -1, both, bothId, 0, mixed);
                produce(
                        session,
                        codec.name + " keys",
                        version,
                        (short) 1,
                        topic,
                        id,
                        0,
                        Batches.of(codec, record(TIME_MS, "a", null)));
            }
        }
        readBack(session, "all of it", id, 1);
    }

    private static void timestamps(Session session) {
        long now = System.currentTimeMillis();
        Uuid limited = Admin.create(
                session,
                "produce-time-limits",
                1,
                Map.of("message.timestamp.before.max.ms", "86400000", "message.timestamp.after.max.ms", "86400000"));
        Uuid appendTime =
                Admin.create(session, "produce-append-time", 1, Map.of("message.timestamp.type", "LogAppendTime"));
        Uuid plain = Admin.create(session, "produce-plain-time", 1, Map.of());
        long[] times = {
            -1, 0, 1, TIME_MS, now, now - 90_000_000L, now + 90_000_000L, now + 7_200_000L, -2, Long.MAX_VALUE
        };
        for (CompressionType codec : List.of(CompressionType.NONE, CompressionType.LZ4)) {
            for (long time : times) {
                String step = codec.name + " " + (Math.abs(time - now) < 100_000_000L ? "now" + (time - now) : time);
                for (short version : new short[] {3, 8, 13}) {
                    MemoryRecords one;
                    MemoryRecords three;
                    try {
                        one = Batches.of(codec, record(time, "k", "v"));
                        three = Batches.of(
                                codec, record(now, "k", "v"), record(time, "k", "v"), record(now - 5, "k", "v"));
                    } catch (IllegalArgumentException e) {
                        continue;
                    }
                    produce(session, step, version, (short) -1, "produce-time-limits", limited, 0, one);
                    produce(session, step + " of three", version, (short) -1, "produce-time-limits", limited, 0, three);
                    produce(session, step, version, (short) -1, "produce-append-time", appendTime, 0, three);
                    produce(session, step, version, (short) -1, "produce-plain-time", plain, 0, three);
                }
            }
        }
        readBack(session, "limited", limited, 1);
        readBack(session, "append time", appendTime, 1);
        readBack(session, "plain", plain, 1);
    }

    private static void codecs(Session session) {
        for (String target : List.of("producer", "uncompressed", "gzip", "snappy", "lz4", "zstd")) {
            String topic = "produce-codec-" + target;
            Uuid id = Admin.create(session, topic, 1, Map.of("compression.type", target));
            for (CompressionType codec : CompressionType.values()) {
                for (short version : new short[] {3, 6, 7, 13}) {
                    produce(
                            session,
                            codec.name + " to " + target,
                            version,
                            (short) -1,
                            topic,
                            id,
                            0,
                            Batches.of(codec, Batches.records(3)));
                }
            }
            readBack(session, "all of " + target, id, 1);
        }
    }

    private static void idempotent(Session session) {
        String topic = "produce-idempotent";
        Uuid id = Admin.create(session, topic, 2, Map.of());
        long producer = Admin.producerId(session);
        record Step(String name, int epoch, int sequence, int count) {}
        List<Step> steps = List.of(
                new Step("first", 0, 0, 2),
                new Step("first again", 0, 0, 2),
                new Step("same start, other count", 0, 0, 3),
                new Step("same start, fewer", 0, 0, 1),
                new Step("next", 0, 2, 2),
                new Step("first again after next", 0, 0, 2),
                new Step("gap", 0, 9, 1),
                new Step("back", 0, 3, 1),
                new Step("new epoch, wrong start", 1, 4, 1),
                new Step("new epoch", 1, 0, 1),
                new Step("old epoch", 0, 4, 1),
                new Step("old epoch, duplicate", 0, 2, 2),
                new Step("new epoch again", 1, 0, 1),
                new Step("new epoch next", 1, 1, 1),
                new Step("negative epoch", -1, 2, 1),
                new Step("negative sequence", 1, -1, 1),
                new Step("very new epoch", 30_000, 0, 1),
                new Step("n1", 30_000, 1, 1),
                new Step("n2", 30_000, 2, 1),
                new Step("n3", 30_000, 3, 1),
                new Step("n4", 30_000, 4, 1),
                new Step("n5", 30_000, 5, 1),
                new Step("n6", 30_000, 6, 1),
                new Step("fifth last again", 30_000, 2, 1),
                new Step("sixth last again", 30_000, 1, 1));
        for (Step step : steps) {
            for (short version : new short[] {3, 9, 13}) {
                MemoryRecords batch;
                try {
                    batch = Batches.idempotent(producer, step.epoch(), step.sequence(), step.count());
                } catch (IllegalArgumentException e) {
                    continue;
                }
                produce(session, step.name(), version, (short) -1, topic, id, 0, batch);
            }
        }
        for (short version : Session.versions(ApiKeys.PRODUCE)) {
            long unknown = 1_000_000 + version;
            produce(
                    session,
                    "unknown id from 5",
                    version,
                    (short) -1,
                    topic,
                    id,
                    1,
                    Batches.idempotent(unknown, 0, 5, 1));
            produce(
                    session,
                    "unknown id next 6",
                    version,
                    (short) -1,
                    topic,
                    id,
                    1,
                    Batches.idempotent(unknown, 0, 6, 1));
            produce(
                    session,
                    "unknown id high epoch",
                    version,
                    (short) -1,
                    topic,
                    id,
                    1,
                    Batches.idempotent(unknown + 100, 7, 0, 1));
            produce(
                    session,
                    "wrap around",
                    version,
                    (short) -1,
                    topic,
                    id,
                    1,
                    Batches.idempotent(unknown + 200, 0, Integer.MAX_VALUE, 3));
            produce(
                    session,
                    "after wrap around",
                    version,
                    (short) -1,
                    topic,
                    id,
                    1,
                    Batches.idempotent(unknown + 200, 0, 2, 3));
            produce(
                    session,
                    "gzip empty sequence",
                    version,
                    (short) -1,
                    topic,
                    id,
                    1,
                    Batches.patchedInt(Batches.idempotent(unknown + 300, 0, 0, 1), 53, -1, true));
        }
        for (short version : Session.versions(ApiKeys.DESCRIBE_PRODUCERS)) {
            session.call(
                    "producers",
                    ApiKeys.DESCRIBE_PRODUCERS,
                    version,
                    new org.apache.kafka.common.message.DescribeProducersRequestData()
                            .setTopics(List.of(
                                    new org.apache.kafka.common.message.DescribeProducersRequestData.TopicRequest()
                                            .setName(topic)
                                            .setPartitionIndexes(List.of(0, 1, 5, -1)),
                                    new org.apache.kafka.common.message.DescribeProducersRequestData.TopicRequest()
                                            .setName("produce-nothing")
                                            .setPartitionIndexes(List.of(0)),
                                    new org.apache.kafka.common.message.DescribeProducersRequestData.TopicRequest()
                                            .setName("a/b")
                                            .setPartitionIndexes(List.of(0)))));
        }
        readBack(session, "all of it", id, 2);
    }

    private static void limits(Session session) {
        String topic = "produce-limits";
        Uuid id = Admin.create(session, topic, 1, Map.of("max.message.bytes", "1000"));
        String segments = "produce-segment-limits";
        Uuid segmentId =
                Admin.create(session, segments, 1, Map.of("segment.bytes", "1048576", "max.message.bytes", "2097152"));
        for (CompressionType codec : CompressionType.values()) {
            for (int size : new int[] {900, 928, 929, 930, 931, 932, 933, 1100, 3000}) {
                MemoryRecords batch = Batches.of(codec, new SimpleRecord(TIME_MS, Batches.bytes("k"), new byte[size]));
                for (short version : new short[] {3, 7, 13}) {
                    produce(session, codec.name + " " + size + "B", version, (short) -1, topic, id, 0, batch);
                }
            }
        }
        for (int size : new int[] {1_048_000, 1_048_600, 2_000_000, 2_200_000}) {
            MemoryRecords batch =
                    Batches.of(CompressionType.NONE, new SimpleRecord(TIME_MS, Batches.bytes("k"), new byte[size]));
            for (short version : new short[] {3, 13}) {
                produce(session, size + "B", version, (short) -1, segments, segmentId, 0, batch);
            }
        }
        String isr = "produce-isr";
        Uuid isrId = Admin.create(session, isr, 1, Map.of("min.insync.replicas", "3"));
        for (int acks : new int[] {-1, 1}) {
            produce(session, "isr acks " + acks, (short) acks, isr, isrId, 0, Batches.plain(1));
        }
        readBack(session, "all of it", id, 1);
    }
}
