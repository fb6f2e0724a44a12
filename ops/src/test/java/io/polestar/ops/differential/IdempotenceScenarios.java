package io.polestar.ops.differential;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** Produce of idempotent producers: duplicates, gaps, epochs; and what DescribeProducers makes of it. */
final class IdempotenceScenarios {
    private IdempotenceScenarios() {}

    static List<Scenario> all() {
        return List.of(new Scenario("produce-idempotent", IdempotenceScenarios::idempotent));
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
                ProduceScenarios.produce(session, step.name(), version, (short) -1, topic, id, 0, batch);
            }
        }
        for (short version : Session.versions(ApiKeys.PRODUCE)) {
            long unknown = 1_000_000 + version;
            ProduceScenarios.produce(
                    session,
                    "unknown id from 5",
                    version,
                    (short) -1,
                    topic,
                    id,
                    1,
                    Batches.idempotent(unknown, 0, 5, 1));
            ProduceScenarios.produce(
                    session,
                    "unknown id next 6",
                    version,
                    (short) -1,
                    topic,
                    id,
                    1,
                    Batches.idempotent(unknown, 0, 6, 1));
            ProduceScenarios.produce(
                    session,
                    "unknown id high epoch",
                    version,
                    (short) -1,
                    topic,
                    id,
                    1,
                    Batches.idempotent(unknown + 100, 7, 0, 1));
            ProduceScenarios.produce(
                    session,
                    "wrap around",
                    version,
                    (short) -1,
                    topic,
                    id,
                    1,
                    Batches.idempotent(unknown + 200, 0, Integer.MAX_VALUE, 3));
            ProduceScenarios.produce(
                    session,
                    "after wrap around",
                    version,
                    (short) -1,
                    topic,
                    id,
                    1,
                    Batches.idempotent(unknown + 200, 0, 2, 3));
            ProduceScenarios.produce(
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
        ProduceScenarios.readBack(session, "all of it", id, 2);
    }
}
