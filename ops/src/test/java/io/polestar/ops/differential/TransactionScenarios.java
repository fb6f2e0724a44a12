package io.polestar.ops.differential;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopicCollection;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTransaction;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeTransactionsRequestData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.ListTransactionsResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarker;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarkerTopic;
import org.apache.kafka.common.protocol.ApiKeys;

/** Transactions: who may begin, add, write, commit offsets and end in which state, and what readers are told. */
final class TransactionScenarios {
    private static final String GROUP = "txn-group";
    /** The markers are of now, the records are not: Kafka would begin a segment, and end a fetch there. */
    private static final Map<String, String> ONE_SEGMENT = Map.of("segment.ms", Long.toString(Long.MAX_VALUE));

    private TransactionScenarios() {}

    static List<Scenario> all() {
        return List.of(
                new Scenario("txn-init", TransactionScenarios::init),
                new Scenario("txn-unknown", TransactionScenarios::unknown),
                new Scenario("txn-by-adding", session -> conversation(session, false)),
                new Scenario("txn-by-writing", session -> conversation(session, true)),
                new Scenario("txn-markers", TransactionScenarios::markers));
    }

    /** A transactional producer as it stands. */
    private record Producer(String transactionalId, long id, short epoch) {
        Producer withEpoch(int other) {
            return new Producer(transactionalId, id, (short) other);
        }

        Producer withId(long other) {
            return new Producer(transactionalId, other, epoch);
        }
    }

    private static void awaitCoordinator(Session session, String transactionalId) {
        Admin.await("coordinator of " + transactionalId, () -> {
            FindCoordinatorRequestData find = new FindCoordinatorRequestData().setKeyType((byte) 1);
            find.coordinatorKeys().add(transactionalId);
            FindCoordinatorResponseData found =
                    session.prepare(ApiKeys.FIND_COORDINATOR, find, FindCoordinatorResponseData.class);
            return found.coordinators().get(0).errorCode() == 0
                    && session.prepare(
                                            ApiKeys.LIST_TRANSACTIONS,
                                            new ListTransactionsRequestData(),
                                            ListTransactionsResponseData.class)
                                    .errorCode()
                            == 0;
        });
    }

    private static InitProducerIdRequestData initRequest(String transactionalId, int timeoutMs, long id, int epoch) {
        return new InitProducerIdRequestData()
                .setTransactionalId(transactionalId)
                .setTransactionTimeoutMs(timeoutMs)
                .setProducerId(id)
                .setProducerEpoch((short) epoch);
    }

    private static Producer producer(Session session, String transactionalId) {
        awaitCoordinator(session, transactionalId);
        InitProducerIdResponseData[] answer = new InitProducerIdResponseData[1];
        Admin.await("a producer", () -> {
            answer[0] = session.prepare(
                    ApiKeys.INIT_PRODUCER_ID,
                    initRequest(transactionalId, 60_000, -1, -1),
                    InitProducerIdResponseData.class);
            return answer[0].errorCode() == 0;
        });
        return new Producer(transactionalId, answer[0].producerId(), answer[0].producerEpoch());
    }

    /** Kafka completes a transaction when it has answered already. */
    private static void awaitCompleted(Session session, String transactionalId) {
        DescribeTransactionsRequestData request =
                new DescribeTransactionsRequestData().setTransactionalIds(List.of(transactionalId));
        Admin.await(
                "the end of the transaction",
                () -> !session.prepare(ApiKeys.DESCRIBE_TRANSACTIONS, request, DescribeTransactionsResponseData.class)
                        .transactionStates()
                        .get(0)
                        .transactionState()
                        .startsWith("Prepare"));
    }

    private static void init(Session session) {
        Producer producer = producer(session, "txn-init");
        long other = producer.id() + 1_000_000;
        for (int timeoutMs : new int[] {-1, 0, 60_000, 900_001}) {
            for (long id : new long[] {-1, producer.id(), other}) {
                for (int epoch : new int[] {-1, 0, 1, 500}) {
                    String idName = id == producer.id() ? "own" : id == other ? "other" : "none";
                    session.all(
                            "timeout " + timeoutMs + " id " + idName + " epoch " + epoch,
                            ApiKeys.INIT_PRODUCER_ID,
                            initRequest("txn-init", timeoutMs, id, epoch));
                }
            }
        }
        describe(session, "after", "txn-init");
    }

    private static void unknown(Session session) {
        awaitCoordinator(session, "txn-unknown");
        Admin.awaitCoordinator(session, GROUP);
        Uuid topicId = Admin.create(session, "txn-unknown", 1, ONE_SEGMENT);
        for (String id : new String[] {"txn-unknown", ""}) {
            Producer nobody = new Producer(id, 77, (short) 0);
            everything(session, "unknown '" + id + "'", nobody, "txn-unknown", topicId);
        }
        describe(session, "unknown", "txn-unknown", "");
        for (short version : Session.versions(ApiKeys.LIST_TRANSACTIONS)) {
            ListTransactionsRequestData none = new ListTransactionsRequestData()
                    .setProducerIdFilters(List.of(123_456_789L))
                    .setStateFilters(List.of("Ongoing", "Nonsense"));
            session.call("none match", ApiKeys.LIST_TRANSACTIONS, version, none);
            session.call(
                    "bad pattern",
                    ApiKeys.LIST_TRANSACTIONS,
                    version,
                    new ListTransactionsRequestData().setTransactionalIdPattern("("));
        }
    }

    private static void everything(Session session, String step, Producer producer, String topic, Uuid topicId) {
        add(session, step, producer, topic, 0);
        verify(session, step, producer, topic, 0);
        session.all(step, ApiKeys.ADD_OFFSETS_TO_TXN, addOffsets(producer));
        session.all(step, ApiKeys.TXN_OFFSET_COMMIT, commitOffsets(producer, topic, 0));
        for (short version : Session.versions(ApiKeys.PRODUCE)) {
            write(session, step, version, producer, topic, topicId, 0, 0);
        }
        session.all(step + ", abort", ApiKeys.END_TXN, end(producer, false));
        session.all(step + ", commit", ApiKeys.END_TXN, end(producer, true));
    }

    /** @param byWriting whether the transaction's partitions are added by writing to them (KIP-890) */
    private static void conversation(Session session, boolean byWriting) {
        String name = byWriting ? "txn-by-writing" : "txn-by-adding";
        Uuid topicId = Admin.create(session, name, 2, ONE_SEGMENT);
        Admin.awaitCoordinator(session, GROUP);
        short produce = byWriting ? Session.latest(ApiKeys.PRODUCE) : 11;
        short endTxn = byWriting ? Session.latest(ApiKeys.END_TXN) : 4;
        short offsets = byWriting ? Session.latest(ApiKeys.TXN_OFFSET_COMMIT) : 4;
        for (int round = 0; round < 6; round++) {
            boolean commit = round % 2 == 0;
            Producer producer = producer(session, name);
            String step = "round " + round;
            write(session, step + ", first", produce, producer, name, topicId, 0, 0);
            add(session, step, producer, name, 0);
            write(session, step + ", added", produce, producer, name, topicId, 0, byWriting ? 1 : 0);
            write(session, step + ", repeated", produce, producer, name, topicId, 0, 0);
            write(
                    session,
                    step + ", old epoch",
                    produce,
                    producer.withEpoch(producer.epoch() - 1),
                    name,
                    topicId,
                    0,
                    9);
            write(
                    session,
                    step + ", new epoch",
                    produce,
                    producer.withEpoch(producer.epoch() + 3),
                    name,
                    topicId,
                    1,
                    0);
            verify(session, step, producer, name, 0, 1, 7);
            add(session, step + ", no such partition", producer, name, 0, 9);
            add(session, step + ", other id", producer.withId(producer.id() + 1), name, 0);
            add(session, step + ", other epoch", producer.withEpoch(producer.epoch() + 1), name, 0);
            session.call(step, ApiKeys.TXN_OFFSET_COMMIT, offsets, commitOffsets(producer, name, round));
            session.all(step, ApiKeys.ADD_OFFSETS_TO_TXN, addOffsets(producer));
            session.call(step + " again", ApiKeys.TXN_OFFSET_COMMIT, offsets, commitOffsets(producer, name, round));
            describe(session, step + ", ongoing", name);
            describeProducers(session, step, name);
            read(session, step + ", ongoing", topicId);
            session.call(
                    step + ", other epoch",
                    ApiKeys.END_TXN,
                    endTxn,
                    end(producer.withEpoch(producer.epoch() + 2), commit));
            session.call(step, ApiKeys.END_TXN, endTxn, end(producer, commit));
            awaitCompleted(session, name);
            session.call(step + ", repeated", ApiKeys.END_TXN, endTxn, end(producer, commit));
            awaitCompleted(session, name);
            session.call(step + ", repeated otherwise", ApiKeys.END_TXN, endTxn, end(producer, !commit));
            awaitCompleted(session, name);
            describe(session, step + ", ended", name);
            read(session, step + ", ended", topicId);
            session.all(
                    step,
                    ApiKeys.LIST_TRANSACTIONS,
                    new ListTransactionsRequestData().setProducerIdFilters(List.of(producer.id())));
            session.call(
                    step + ", by pattern",
                    ApiKeys.LIST_TRANSACTIONS,
                    Session.latest(ApiKeys.LIST_TRANSACTIONS),
                    new ListTransactionsRequestData().setTransactionalIdPattern(name + ".*"));
        }
    }

    private static void markers(Session session) {
        Uuid topicId = Admin.create(session, "txn-markers", 1, ONE_SEGMENT);
        Producer producer = producer(session, "txn-markers");
        short produce = 11;
        for (short version : Session.versions(ApiKeys.WRITE_TXN_MARKERS)) {
            add(session, "v" + version, producer, "txn-markers", 0);
            write(session, "v" + version, produce, producer, "txn-markers", topicId, 0, version - 1);
            session.call(
                    "older coordinator", ApiKeys.WRITE_TXN_MARKERS, version, marker(producer, -1, "txn-markers", 0));
            session.call("none such", ApiKeys.WRITE_TXN_MARKERS, version, marker(producer, 0, "txn-none", 0));
            session.call(
                    "old epoch",
                    ApiKeys.WRITE_TXN_MARKERS,
                    version,
                    marker(producer.withEpoch(producer.epoch() - 1), 0, "txn-markers", 0));
            read(session, "v" + version, topicId);
        }
    }

    private static void add(Session session, String step, Producer producer, String topic, int... partitions) {
        AddPartitionsToTxnTopicCollection topics = topics(topic, partitions);
        for (short version : new short[] {0, 1, 2, 3}) {
            session.call(
                    step,
                    ApiKeys.ADD_PARTITIONS_TO_TXN,
                    version,
                    new AddPartitionsToTxnRequestData()
                            .setV3AndBelowTransactionalId(producer.transactionalId())
                            .setV3AndBelowProducerId(producer.id())
                            .setV3AndBelowProducerEpoch(producer.epoch())
                            .setV3AndBelowTopics(topics.duplicate()));
        }
    }

    private static void verify(Session session, String step, Producer producer, String topic, int... partitions) {
        for (short version : new short[] {4, 5}) {
            AddPartitionsToTxnRequestData request = new AddPartitionsToTxnRequestData();
            request.transactions()
                    .add(new AddPartitionsToTxnTransaction()
                            .setTransactionalId(producer.transactionalId())
                            .setProducerId(producer.id())
                            .setProducerEpoch(producer.epoch())
                            .setVerifyOnly(true)
                            .setTopics(topics(topic, partitions)));
            session.call(step + ", verified", ApiKeys.ADD_PARTITIONS_TO_TXN, version, request);
        }
    }

    private static AddPartitionsToTxnTopicCollection topics(String topic, int... partitions) {
        AddPartitionsToTxnTopic one = new AddPartitionsToTxnTopic().setName(topic);
        for (int partition : partitions) {
            one.partitions().add(partition);
        }
        AddPartitionsToTxnTopicCollection all = new AddPartitionsToTxnTopicCollection();
        all.add(one);
        return all;
    }

    private static AddOffsetsToTxnRequestData addOffsets(Producer producer) {
        return new AddOffsetsToTxnRequestData()
                .setTransactionalId(producer.transactionalId())
                .setProducerId(producer.id())
                .setProducerEpoch(producer.epoch())
                .setGroupId(GROUP);
    }

    private static TxnOffsetCommitRequestData commitOffsets(Producer producer, String topic, long offset) {
        return new TxnOffsetCommitRequestData()
                .setTransactionalId(producer.transactionalId())
                .setProducerId(producer.id())
                .setProducerEpoch(producer.epoch())
                .setGroupId(GROUP)
                .setTopics(List.of(
                        new TxnOffsetCommitRequestTopic()
                                .setName(topic)
                                .setPartitions(List.of(
                                        new TxnOffsetCommitRequestPartition()
                                                .setPartitionIndex(0)
                                                .setCommittedOffset(offset)
                                                .setCommittedMetadata("m"),
                                        new TxnOffsetCommitRequestPartition()
                                                .setPartitionIndex(9)
                                                .setCommittedOffset(offset)
                                                .setCommittedMetadata("m"))),
                        new TxnOffsetCommitRequestTopic()
                                .setName("txn-none")
                                .setPartitions(List.of(new TxnOffsetCommitRequestPartition()
                                        .setPartitionIndex(0)
                                        .setCommittedMetadata("")))));
    }

    private static EndTxnRequestData end(Producer producer, boolean commit) {
        return new EndTxnRequestData()
                .setTransactionalId(producer.transactionalId())
                .setProducerId(producer.id())
                .setProducerEpoch(producer.epoch())
                .setCommitted(commit);
    }

    private static void write(
            Session session,
            String step,
            short version,
            Producer producer,
            String topic,
            Uuid topicId,
            int partition,
            int sequence) {
        TopicProduceData data = new TopicProduceData()
                .setPartitionData(List.of(new PartitionProduceData()
                        .setIndex(partition)
                        .setRecords(Batches.transactional(producer.id(), Math.max(0, producer.epoch()), sequence, 1))));
        ProduceRequestData request = new ProduceRequestData()
                .setTransactionalId(producer.transactionalId())
                .setAcks((short) -1)
                .setTimeoutMs(10_000);
        request.topicData().add(version >= 13 ? data.setTopicId(topicId) : data.setName(topic));
        session.call(step, ApiKeys.PRODUCE, version, request);
    }

    private static void describe(Session session, String step, String... transactionalIds) {
        session.all(
                step,
                ApiKeys.DESCRIBE_TRANSACTIONS,
                new DescribeTransactionsRequestData().setTransactionalIds(List.of(transactionalIds)));
    }

    private static void describeProducers(Session session, String step, String topic) {
        session.all(
                step,
                ApiKeys.DESCRIBE_PRODUCERS,
                new DescribeProducersRequestData()
                        .setTopics(List.of(new DescribeProducersRequestData.TopicRequest()
                                .setName(topic)
                                .setPartitionIndexes(List.of(0)))));
    }

    private static void read(Session session, String step, Uuid topicId) {
        for (byte isolation : new byte[] {0, 1}) {
            FetchRequestData fetch = new FetchRequestData()
                    .setMaxWaitMs(0)
                    .setMinBytes(0)
                    .setMaxBytes(1_000_000)
                    .setIsolationLevel(isolation)
                    .setTopics(List.of(new FetchTopic()
                            .setTopicId(topicId)
                            .setPartitions(List.of(new FetchPartition()
                                    .setPartition(0)
                                    .setFetchOffset(0)
                                    .setPartitionMaxBytes(1_000_000)))));
            session.call(step + " isolation " + isolation, ApiKeys.FETCH, Session.latest(ApiKeys.FETCH), fetch);
        }
    }

    private static WriteTxnMarkersRequestData marker(
            Producer producer, int coordinatorEpoch, String topic, int partition) {
        return new WriteTxnMarkersRequestData()
                .setMarkers(List.of(new WritableTxnMarker()
                        .setProducerId(producer.id())
                        .setProducerEpoch(producer.epoch())
                        .setCoordinatorEpoch(coordinatorEpoch)
                        .setTransactionResult(false)
                        .setTopics(List.of(
                                new WritableTxnMarkerTopic().setName(topic).setPartitionIndexes(List.of(partition))))));
    }
}
