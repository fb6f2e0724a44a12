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

    private static void batches(Session session) {
        String topic = "produce-batches";
        Uuid id = Admin.create(session, topic, 2, Map.of());
        OddBatches.all().forEach((name, batch) -> {
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
