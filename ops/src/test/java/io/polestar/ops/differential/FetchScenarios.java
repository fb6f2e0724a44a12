package io.polestar.ops.differential;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.record.internal.CompressionType;

/** Fetch: offsets, limits, epochs, isolation and sessions. */
final class FetchScenarios {
    private FetchScenarios() {}

    static List<Scenario> all() {
        return List.of(
                new Scenario("fetch-offsets", FetchScenarios::offsets),
                new Scenario("fetch-limits", FetchScenarios::limits),
                new Scenario("fetch-sessions", FetchScenarios::sessions),
                new Scenario("fetch-shapes", FetchScenarios::shapes));
    }

    private static FetchRequestData request() {
        return new FetchRequestData()
                .setReplicaState(new FetchRequestData.ReplicaState())
                .setMaxWaitMs(0)
                .setMinBytes(0)
                .setMaxBytes(10_000_000)
                .setSessionId(0)
                .setSessionEpoch(-1);
    }

    private static FetchPartition partition(int index, long offset) {
        return new FetchPartition().setPartition(index).setFetchOffset(offset).setPartitionMaxBytes(1_000_000);
    }

    private static FetchTopic topic(short version, String name, Uuid id, FetchPartition... partitions) {
        return new FetchTopic()
                .setTopic(version >= 13 ? "" : name)
                .setTopicId(version >= 13 ? id : Uuid.ZERO_UUID)
                .setPartitions(List.of(partitions));
    }

    private static Optional<ApiMessage> fetch(Session session, String step, short version, FetchRequestData request) {
        return session.call(step, ApiKeys.FETCH, version, request);
    }

    private static void offsets(Session session) {
        String name = "fetch-offsets";
        Uuid id = Admin.create(session, name, 2, Map.of());
        for (int i = 0; i < 4; i++) {
            ProduceScenarios.store(session, id, 0, Batches.plain(3));
        }
        ProduceScenarios.store(session, id, 0, Batches.of(CompressionType.GZIP, Batches.records(3)));
        for (short version : Session.versions(ApiKeys.FETCH)) {
            for (long offset : new long[] {0, 1, 2, 3, 11, 13, 14, 15, 16, -1, -2, Long.MAX_VALUE}) {
                FetchRequestData request = request();
                request.topics().add(topic(version, name, id, partition(0, offset)));
                fetch(session, "offset " + offset, version, request);
                fetch(
                        session,
                        "offset " + offset + " committed",
                        version,
                        request.duplicate().setIsolationLevel((byte) 1));
            }
            for (int epoch : new int[] {-1, 0, 1, 5, -2, Integer.MAX_VALUE}) {
                FetchRequestData current = request();
                current.topics().add(topic(version, name, id, partition(0, 3).setCurrentLeaderEpoch(epoch)));
                fetch(session, "current epoch " + epoch, version, current);
                FetchRequestData last = request();
                last.topics().add(topic(version, name, id, partition(0, 3).setLastFetchedEpoch(epoch)));
                fetch(session, "last epoch " + epoch, version, last);
                FetchRequestData lastAtEnd = request();
                lastAtEnd.topics().add(topic(version, name, id, partition(0, 15).setLastFetchedEpoch(epoch)));
                fetch(session, "last epoch " + epoch + " at the end", version, lastAtEnd);
                FetchRequestData lastEmpty = request();
                lastEmpty.topics().add(topic(version, name, id, partition(1, 0).setLastFetchedEpoch(epoch)));
                fetch(session, "last epoch " + epoch + " of an empty log", version, lastEmpty);
            }
            for (FetchPartition each : List.of(
                    partition(1, 0),
                    partition(1, 1),
                    partition(9, 0),
                    partition(-1, 0),
                    partition(0, 0).setLogStartOffset(5))) {
                FetchRequestData request = request();
                request.topics().add(topic(version, name, id, each));
                fetch(session, "partition " + each.partition() + " offset " + each.fetchOffset(), version, request);
            }
        }
    }

    private static void limits(Session session) {
        String name = "fetch-limits";
        Uuid id = Admin.create(session, name, 3, Map.of());
        for (int partition = 0; partition < 3; partition++) {
            for (int i = 0; i < 3; i++) {
                ProduceScenarios.store(session, id, partition, Batches.plain(10));
            }
        }
        int batch = Batches.plain(10).sizeInBytes();
        for (short version : Session.versions(ApiKeys.FETCH)) {
            for (int max : new int[] {0, batch, 2 * batch, 3 * batch, 4 * batch, 1_000_000}) {
                for (int partitionMax : new int[] {0, batch, 2 * batch, 1_000_000}) {
                    FetchRequestData request = request().setMaxBytes(max);
                    request.topics()
                            .add(topic(
                                    version,
                                    name,
                                    id,
                                    partition(0, 0).setPartitionMaxBytes(partitionMax),
                                    partition(1, 5).setPartitionMaxBytes(partitionMax),
                                    partition(2, 0).setPartitionMaxBytes(partitionMax)));
                    if (version == 4 || version == 11 || version == Session.latest(ApiKeys.FETCH)) {
                        fetch(session, "max " + max + "/" + partitionMax, version, request);
                    }
                }
            }
            for (int minBytes : new int[] {-1, 0, 1, batch, 1_000_000}) {
                for (int waitMs : new int[] {-1, 0, 50}) {
                    FetchRequestData request = request().setMinBytes(minBytes).setMaxWaitMs(waitMs);
                    request.topics().add(topic(version, name, id, partition(0, 20)));
                    fetch(session, "min " + minBytes + " wait " + waitMs, version, request);
                    FetchRequestData end = request().setMinBytes(minBytes).setMaxWaitMs(waitMs);
                    end.topics().add(topic(version, name, id, partition(0, 30)));
                    fetch(session, "at the end min " + minBytes + " wait " + waitMs, version, end);
                    FetchRequestData mixed = request().setMinBytes(minBytes).setMaxWaitMs(waitMs);
                    mixed.topics().add(topic(version, name, id, partition(0, 30), partition(1, 99)));
                    fetch(session, "one out of range min " + minBytes + " wait " + waitMs, version, mixed);
                }
            }
        }
    }

    private static void sessions(Session session) {
        String name = "fetch-sessions";
        Uuid id = Admin.create(session, name, 3, Map.of());
        ProduceScenarios.store(session, id, 0, Batches.plain(2));
        ProduceScenarios.store(session, id, 1, Batches.plain(2));
        for (short version : Session.versions(ApiKeys.FETCH)) {
            if (version < 7) {
                continue;
            }
            FetchRequestData first = request().setSessionEpoch(0);
            first.topics().add(topic(version, name, id, partition(0, 0), partition(1, 2), partition(2, 0)));
            int sessionId = fetch(session, "new session", version, first)
                    .map(answer -> ((FetchResponseData) answer).sessionId())
                    .orElse(0);
            fetch(
                    session,
                    "nothing new",
                    version,
                    request().setSessionId(sessionId).setSessionEpoch(1));
            FetchRequestData moved = request().setSessionId(sessionId).setSessionEpoch(2);
            moved.topics().add(topic(version, name, id, partition(0, 2)));
            fetch(session, "moved on", version, moved);
            fetch(
                    session,
                    "still nothing",
                    version,
                    request().setSessionId(sessionId).setSessionEpoch(3));
            fetch(
                    session,
                    "old epoch",
                    version,
                    request().setSessionId(sessionId).setSessionEpoch(2));
            fetch(
                    session,
                    "far epoch",
                    version,
                    request().setSessionId(sessionId).setSessionEpoch(9));
            fetch(
                    session,
                    "unknown session",
                    version,
                    request().setSessionId(999_999).setSessionEpoch(1));
            fetch(
                    session,
                    "negative session",
                    version,
                    request().setSessionId(-5).setSessionEpoch(1));
            fetch(
                    session,
                    "session 0 epoch 5",
                    version,
                    request().setSessionId(0).setSessionEpoch(5));
            fetch(session, "epoch -2", version, request().setSessionId(0).setSessionEpoch(-2));
            FetchRequestData forget = request().setSessionId(sessionId).setSessionEpoch(4);
            forget.forgottenTopicsData()
                    .add(new ForgottenTopic()
                            .setTopic(version >= 13 ? "" : name)
                            .setTopicId(version >= 13 ? id : Uuid.ZERO_UUID)
                            .setPartitions(List.of(0, 1)));
            fetch(session, "forget", version, forget);
            FetchRequestData back = request().setSessionId(sessionId).setSessionEpoch(5);
            back.topics().add(topic(version, name, id, partition(0, 0), partition(7, 0)));
            back.topics().add(topic(version, "fetch-nothing", new Uuid(8, 8), partition(0, 0)));
            fetch(session, "back, unknown ones", version, back);
            fetch(
                    session,
                    "errors again",
                    version,
                    request().setSessionId(sessionId).setSessionEpoch(6));
            FetchRequestData close = request().setSessionId(sessionId).setSessionEpoch(-1);
            close.topics().add(topic(version, name, id, partition(0, 0)));
            fetch(session, "close", version, close);
            fetch(session, "closed", version, request().setSessionId(sessionId).setSessionEpoch(7));
            FetchRequestData empty = request().setSessionEpoch(0);
            fetch(session, "new empty session", version, empty);
            FetchRequestData again = request().setSessionId(123).setSessionEpoch(0);
            again.topics().add(topic(version, name, id, partition(0, 0)));
            fetch(session, "new session in place of unknown", version, again);
        }
    }

    private static void shapes(Session session) {
        String name = "fetch-shapes";
        Uuid id = Admin.create(session, name, 2, Map.of());
        ProduceScenarios.store(session, id, 0, Batches.plain(2));
        for (short version : Session.versions(ApiKeys.FETCH)) {
            fetch(session, "no topics", version, request());
            FetchRequestData unknown = request();
            unknown.topics().add(topic(version, "fetch-nothing", new Uuid(9, 9), partition(0, 0), partition(1, 0)));
            fetch(session, "unknown topic", version, unknown);
            FetchRequestData illegal = request();
            illegal.topics().add(topic(version, "a/b", Uuid.ZERO_UUID, partition(0, 0)));
            fetch(session, "illegal topic, zero id", version, illegal);
            FetchRequestData nameless = request();
            nameless.topics().add(topic(version, "", Uuid.ZERO_UUID, partition(0, 0)));
            fetch(session, "empty name", version, nameless);
            FetchRequestData twice = request();
            twice.topics().add(topic(version, name, id, partition(0, 0), partition(0, 1), partition(1, 0)));
            twice.topics().add(topic(version, name, id, partition(0, 0)));
            fetch(session, "twice", version, twice);
            FetchRequestData none = request();
            none.topics().add(topic(version, name, id));
            fetch(session, "no partitions", version, none);
            FetchRequestData isolation = request().setIsolationLevel((byte) 7);
            isolation.topics().add(topic(version, name, id, partition(0, 0)));
            fetch(session, "isolation 7", version, isolation);
            for (int replica : new int[] {-2, 0, 1, 2}) {
                FetchRequestData follower = request();
                if (version >= 15) {
                    follower.setReplicaState(new FetchRequestData.ReplicaState()
                            .setReplicaId(replica)
                            .setReplicaEpoch(1));
                } else {
                    follower.setReplicaId(replica);
                }
                follower.topics().add(topic(version, name, id, partition(0, 0)));
                fetch(session, "replica " + replica, version, follower);
            }
            FetchRequestData rack = request().setRackId("here");
            rack.topics().add(topic(version, name, id, partition(0, 0)));
            fetch(session, "rack", version, rack);
            FetchRequestData cluster = request().setClusterId("other");
            cluster.topics().add(topic(version, name, id, partition(0, 0)));
            fetch(session, "cluster id", version, cluster);
        }
    }
}
