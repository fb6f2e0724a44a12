package io.polestar.ops.differential;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopicCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Offsets of partitions: by time, by leader epoch, and the start moved by DeleteRecords. */
final class OffsetScenarios {
    private static final long HOUR_MS = 3_600_000;

    private static final long[] TIMES = {
        -1,
        -2,
        -3,
        -4,
        -5,
        -6,
        -7,
        -100,
        0,
        1,
        Batches.TIME_MS - 1,
        Batches.TIME_MS,
        Batches.TIME_MS + 1,
        Batches.TIME_MS + 2,
        Batches.TIME_MS + 50,
        Batches.TIME_MS + 100,
        Batches.TIME_MS + 101,
        Batches.TIME_MS + 102,
        Batches.TIME_MS + 103,
        Long.MAX_VALUE
    };

    private OffsetScenarios() {}

    static List<Scenario> all() {
        return List.of(
                new Scenario("list-offsets", OffsetScenarios::listOffsets),
                new Scenario("list-offsets-append-time", OffsetScenarios::listOffsetsByAppendTime),
                new Scenario("list-offsets-segments", OffsetScenarios::listOffsetsOfSegments),
                new Scenario("list-offsets-shapes", OffsetScenarios::listOffsetsShapes),
                new Scenario("leader-epochs", OffsetScenarios::leaderEpochs),
                new Scenario("delete-records", OffsetScenarios::deleteRecords));
    }

    private static ListOffsetsRequestData list(String topic, ListOffsetsPartition... partitions) {
        ListOffsetsRequestData request =
                new ListOffsetsRequestData().setReplicaId(-1).setTimeoutMs(5_000);
        request.topics().add(new ListOffsetsTopic().setName(topic).setPartitions(List.of(partitions)));
        return request;
    }

    private static ListOffsetsPartition at(int partition, long timestampMs) {
        return new ListOffsetsPartition().setPartitionIndex(partition).setTimestamp(timestampMs);
    }

    private static void listOffsets(Session session) {
        String topic = "list-offsets";
        Uuid id = Admin.create(session, topic, 4, Map.of());
        long t = Batches.TIME_MS;
        for (CompressionType codec : List.of(CompressionType.NONE, CompressionType.ZSTD)) {
            int partition = codec == CompressionType.NONE ? 0 : 1;
            ProduceScenarios.store(session, id, partition, Batches.of(codec, Batches.records(3)));
            ProduceScenarios.store(
                    session,
                    id,
                    partition,
                    Batches.of(
                            codec,
                            Batches.record(t + 100, "a", "1"),
                            Batches.record(t + 102, "b", "2"),
                            Batches.record(t + 101, "c", "3")));
            ProduceScenarios.store(
                    session,
                    id,
                    partition,
                    Batches.of(codec, Batches.record(t + 50, "a", "1"), Batches.record(t + 102, "b", "2")));
        }
        ProduceScenarios.store(session, id, 3, Batches.of(CompressionType.NONE, Batches.record(-1, "a", "1")));
        lookUp(session, "", topic);
        DeleteRecordsRequestData delete = delete(topic, 0, 4);
        session.call("delete", ApiKeys.DELETE_RECORDS, Session.latest(ApiKeys.DELETE_RECORDS), delete);
        session.call(
                "delete all", ApiKeys.DELETE_RECORDS, Session.latest(ApiKeys.DELETE_RECORDS), delete(topic, 1, -1));
        lookUp(session, "after delete ", topic);
        ProduceScenarios.readBack(session, "what is left", id, 4);
    }

    private static void lookUp(Session session, String step, String topic) {
        for (long time : TIMES) {
            for (int partition = 0; partition < 4; partition++) {
                ListOffsetsRequestData request = list(topic, at(partition, time));
                session.all(step + "p" + partition + " " + time, ApiKeys.LIST_OFFSETS, request);
                if (partition == 0) {
                    session.all(
                            step + "committed " + time,
                            ApiKeys.LIST_OFFSETS,
                            request.duplicate().setIsolationLevel((byte) 1));
                }
            }
        }
    }

    private static void listOffsetsByAppendTime(Session session) {
        String topic = "list-offsets-append-time";
        Uuid id = Admin.create(session, topic, 2, Map.of("message.timestamp.type", "LogAppendTime"));
        for (CompressionType codec : List.of(CompressionType.NONE, CompressionType.LZ4)) {
            int partition = codec == CompressionType.NONE ? 0 : 1;
            ProduceScenarios.store(session, id, partition, Batches.of(codec, Batches.records(3)));
            long now = System.currentTimeMillis();
            for (long time : new long[] {-1, -2, -3, -4, -5, -6, 0, Batches.TIME_MS, now - HOUR_MS, now + HOUR_MS}) {
                String step = codec + " " + (time > now - 2 * HOUR_MS ? "now" + (time - now) : time);
                session.all(step, ApiKeys.LIST_OFFSETS, list(topic, at(partition, time)));
            }
        }
        session.call("delete", ApiKeys.DELETE_RECORDS, Session.latest(ApiKeys.DELETE_RECORDS), delete(topic, 0, 2));
        session.all("after delete 0", ApiKeys.LIST_OFFSETS, list(topic, at(0, 0)));
        session.all("after delete -3", ApiKeys.LIST_OFFSETS, list(topic, at(0, -3)));
    }

    /** Each batch has a segment of its own; none is older than all before it. */
    private static void listOffsetsOfSegments(Session session) {
        String topic = "list-offsets-segments";
        Uuid id = Admin.create(session, topic, 1, Map.of("segment.bytes", "1048576"));
        byte[] value = new byte[700_000];
        for (long time : new long[] {100, 50, 102, 101, 0}) {
            SimpleRecord record = new SimpleRecord(Batches.TIME_MS + time, Batches.bytes("k"), value);
            ProduceScenarios.store(session, id, 0, Batches.of(CompressionType.NONE, record));
        }
        for (long start : new long[] {0, 1, 3, 4, 5}) {
            session.call(
                    "to " + start,
                    ApiKeys.DELETE_RECORDS,
                    Session.latest(ApiKeys.DELETE_RECORDS),
                    delete(topic, 0, start));
            for (long time : TIMES) {
                session.all("from " + start + " " + time, ApiKeys.LIST_OFFSETS, list(topic, at(0, time)));
            }
        }
    }

    private static void listOffsetsShapes(Session session) {
        String topic = "list-offsets-shapes";
        Uuid id = Admin.create(session, topic, 2, Map.of());
        ProduceScenarios.store(session, id, 0, Batches.plain(3));
        session.all("no topics", ApiKeys.LIST_OFFSETS, new ListOffsetsRequestData().setReplicaId(-1));
        session.all("no partitions", ApiKeys.LIST_OFFSETS, list(topic));
        session.all("unknown partition", ApiKeys.LIST_OFFSETS, list(topic, at(9, -1), at(-1, -1), at(0, -1)));
        session.all("unknown topic", ApiKeys.LIST_OFFSETS, list("list-nothing", at(0, -1)));
        session.all("illegal topic", ApiKeys.LIST_OFFSETS, list("a/b", at(0, -1)));
        session.all("empty topic", ApiKeys.LIST_OFFSETS, list("", at(0, -1)));
        session.all("twice", ApiKeys.LIST_OFFSETS, list(topic, at(0, -1), at(0, -2), at(1, -1)));
        session.all("isolation 5", ApiKeys.LIST_OFFSETS, list(topic, at(0, -1)).setIsolationLevel((byte) 5));
        for (int replica : new int[] {-3, -2, 0, 1, 2}) {
            session.all(
                    "replica " + replica,
                    ApiKeys.LIST_OFFSETS,
                    list(topic, at(0, -1)).setReplicaId(replica));
            session.all(
                    "replica by time " + replica,
                    ApiKeys.LIST_OFFSETS,
                    list(topic, at(0, 1)).setReplicaId(replica));
        }
        for (int epoch : new int[] {-1, 0, 1, -2, 99}) {
            for (long time : new long[] {-1, -2, -3, 1}) {
                session.all(
                        "epoch " + epoch + " at " + time,
                        ApiKeys.LIST_OFFSETS,
                        list(topic, at(0, time).setCurrentLeaderEpoch(epoch)));
            }
        }
        ListOffsetsRequestData two = list(topic, at(0, -1));
        two.topics().add(new ListOffsetsTopic().setName("list-nothing").setPartitions(List.of(at(0, -1))));
        two.topics().add(new ListOffsetsTopic().setName(topic).setPartitions(List.of(at(1, -1))));
        session.all("two topics", ApiKeys.LIST_OFFSETS, two);
    }

    private static void leaderEpochs(Session session) {
        String topic = "leader-epochs";
        Uuid id = Admin.create(session, topic, 3, Map.of());
        ProduceScenarios.store(session, id, 0, Batches.plain(3));
        for (int partition : new int[] {0, 1, 5, -1}) {
            for (int current : new int[] {-1, 0, 1, -2}) {
                for (int epoch : new int[] {-1, 0, 1, 9, -2, Integer.MAX_VALUE}) {
                    session.all(
                            "p" + partition + " current " + current + " epoch " + epoch,
                            ApiKeys.OFFSET_FOR_LEADER_EPOCH,
                            epochs(
                                    topic,
                                    new OffsetForLeaderPartition()
                                            .setPartition(partition)
                                            .setCurrentLeaderEpoch(current)
                                            .setLeaderEpoch(epoch)));
                }
            }
        }
        for (String odd : List.of("epoch-nothing", "a/b", "")) {
            session.all("topic " + odd, ApiKeys.OFFSET_FOR_LEADER_EPOCH, epochs(odd, new OffsetForLeaderPartition()));
        }
        session.all(
                "no topics", ApiKeys.OFFSET_FOR_LEADER_EPOCH, new OffsetForLeaderEpochRequestData().setReplicaId(-1));
        session.all("no partitions", ApiKeys.OFFSET_FOR_LEADER_EPOCH, epochs(topic));
        session.all(
                "twice",
                ApiKeys.OFFSET_FOR_LEADER_EPOCH,
                epochs(topic, new OffsetForLeaderPartition(), new OffsetForLeaderPartition()));
        session.all(
                "replica 1",
                ApiKeys.OFFSET_FOR_LEADER_EPOCH,
                epochs(topic, new OffsetForLeaderPartition()).setReplicaId(1));
    }

    private static OffsetForLeaderEpochRequestData epochs(String topic, OffsetForLeaderPartition... partitions) {
        OffsetForLeaderEpochRequestData request = new OffsetForLeaderEpochRequestData().setReplicaId(-1);
        request.setTopics(new OffsetForLeaderTopicCollection(
                List.of(new OffsetForLeaderTopic().setTopic(topic).setPartitions(List.of(partitions)))
                        .iterator()));
        return request;
    }

    private static DeleteRecordsRequestData delete(String topic, int partition, long offset) {
        DeleteRecordsRequestData request = new DeleteRecordsRequestData().setTimeoutMs(5_000);
        request.topics()
                .add(new DeleteRecordsTopic()
                        .setName(topic)
                        .setPartitions(List.of(new DeleteRecordsPartition()
                                .setPartitionIndex(partition)
                                .setOffset(offset))));
        return request;
    }

    private static void deleteRecords(Session session) {
        for (short version : Session.versions(ApiKeys.DELETE_RECORDS)) {
            String topic = "delete-records-" + version;
            Uuid id = Admin.create(session, topic, 2, Map.of());
            for (int i = 0; i < 3; i++) {
                ProduceScenarios.store(session, id, 0, Batches.plain(3));
            }
            for (long offset : new long[] {0, 2, 1, 4, 9, 10, -1, -2, -3, Long.MAX_VALUE, Long.MIN_VALUE, 0}) {
                session.call("to " + offset, ApiKeys.DELETE_RECORDS, version, delete(topic, 0, offset));
            }
            ProduceScenarios.readBack(session, "what is left", id, 2);
            session.call("empty log", ApiKeys.DELETE_RECORDS, version, delete(topic, 1, -1));
            session.call("empty log to 1", ApiKeys.DELETE_RECORDS, version, delete(topic, 1, 1));
            session.call("unknown partition", ApiKeys.DELETE_RECORDS, version, delete(topic, 7, 0));
            session.call("unknown topic", ApiKeys.DELETE_RECORDS, version, delete("delete-nothing", 0, 0));
            session.call("illegal topic", ApiKeys.DELETE_RECORDS, version, delete("a/b", 0, 0));
            session.call("empty topic", ApiKeys.DELETE_RECORDS, version, delete("", 0, 0));
            session.call(
                    "no timeout",
                    ApiKeys.DELETE_RECORDS,
                    version,
                    delete(topic, 0, -1).setTimeoutMs(0));
            session.call(
                    "negative timeout",
                    ApiKeys.DELETE_RECORDS,
                    version,
                    delete(topic, 0, -1).setTimeoutMs(-9));
            Admin.awaitCoordinator(session, "any");
            session.call("internal", ApiKeys.DELETE_RECORDS, version, delete("__consumer_offsets", 0, 0));
            session.call(
                    "internal, unknown partition",
                    ApiKeys.DELETE_RECORDS,
                    version,
                    delete("__consumer_offsets", 77, 0));
            session.call("nothing", ApiKeys.DELETE_RECORDS, version, new DeleteRecordsRequestData());
            DeleteRecordsRequestData twice = delete(topic, 0, 0);
            twice.topics().add(delete(topic, 0, 9).topics().get(0));
            twice.topics().add(delete(topic, 8, 9).topics().get(0));
            session.call("twice", ApiKeys.DELETE_RECORDS, version, twice);
            String compacted = "delete-records-compact-" + version;
            Admin.create(session, compacted, 1, Map.of("cleanup.policy", "compact"));
            session.call("compacted", ApiKeys.DELETE_RECORDS, version, delete(compacted, 0, 0));
            session.call("compacted to -1", ApiKeys.DELETE_RECORDS, version, delete(compacted, 0, -1));
            String both = "delete-records-both-" + version;
            Admin.create(session, both, 1, Map.of("cleanup.policy", "compact,delete"));
            session.call("compacted and deleted", ApiKeys.DELETE_RECORDS, version, delete(both, 0, -1));
        }
    }
}
