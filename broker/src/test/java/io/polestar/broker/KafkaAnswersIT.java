package io.polestar.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsTopicResponse;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.protocol.Readable;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.DeleteRecordsRequest;
import org.apache.kafka.common.requests.DeleteRecordsResponse;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.apache.kafka.common.requests.ListOffsetsResponse;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;
import org.apache.kafka.common.utils.Crc32C;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Answers in which a broker differed once from Apache Kafka, as the differential suite of {@code ops} found them. */
@Timeout(60)
class KafkaAnswersIT {
    private static final short NAMES_IN_PRODUCE = 12;
    private static final short NAMES_IN_FETCH = 12;
    private static final String TOPIC = "answers";
    private static final int CRC_POSITION = 17;
    private static final int ATTRIBUTES_POSITION = 21;
    /** Magic and two versions, before the size of the first chunk. */
    private static final int SNAPPY_HEADER = 16;

    private static final SimpleRecord RECORD = new SimpleRecord(1, new byte[1], new byte[1]);

    @TempDir
    static Path directory;

    private static BrokerFixture broker;
    private static WireConnection connection;

    @BeforeAll
    static void start() throws Exception {
        broker = BrokerFixture.builder(directory).start();
        try (Admin admin = broker.admin()) {
            admin.createTopics(List.of(new NewTopic(TOPIC, 2, (short) 1).configs(Map.of("max.message.bytes", "200"))))
                    .all()
                    .get();
        }
        connection = new WireConnection(broker.broker().listeners().get(0).port());
    }

    @AfterAll
    static void stop() throws IOException {
        connection.close();
        broker.close();
    }

    @Test
    void shouldTellTheLogsStartWhenABatchIsRefusedForItsContents() throws IOException {
        MemoryRecords wrongStart = records(RECORD);
        wrongStart.buffer().putLong(0, 5);
        PartitionProduceResponse answer = produce((short) -1, wrongStart);
        assertEquals(Errors.INVALID_RECORD.code(), answer.errorCode());
        assertEquals(0, answer.logStartOffset());

        PartitionProduceResponse gap =
                produce((short) -1, MemoryRecords.withIdempotentRecords(Compression.NONE, 9, (short) 0, 0, RECORD));
        assertEquals(Errors.NONE.code(), gap.errorCode());
        gap = produce((short) -1, MemoryRecords.withIdempotentRecords(Compression.NONE, 9, (short) 0, 7, RECORD));
        assertEquals(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER.code(), gap.errorCode());
        assertEquals(0, gap.logStartOffset());
    }

    @Test
    void shouldNotTellTheLogsStartWhenABatchIsRefusedUnread() throws IOException {
        PartitionProduceResponse tooLarge = produce((short) -1, records(new SimpleRecord(1, null, new byte[500])));
        assertEquals(Errors.MESSAGE_TOO_LARGE.code(), tooLarge.errorCode());
        assertEquals(-1, tooLarge.logStartOffset());

        PartitionProduceResponse acks = produce((short) 2, records(RECORD));
        assertEquals(Errors.INVALID_REQUIRED_ACKS.code(), acks.errorCode());
        assertEquals(-1, acks.logStartOffset());
    }

    @Test
    void shouldRefuseOnlyTheBatchWhoseCodecFails() throws IOException {
        MemoryRecords broken = MemoryRecords.withRecords(Compression.snappy().build(), RECORD);
        ByteBuffer bytes = broken.buffer();
        int chunkSize = DefaultRecordBatch.RECORD_BATCH_OVERHEAD + SNAPPY_HEADER;
        bytes.putInt(chunkSize, -1);
        bytes.putInt(
                CRC_POSITION, (int) Crc32C.compute(bytes, ATTRIBUTES_POSITION, bytes.limit() - ATTRIBUTES_POSITION));
        ProduceRequestData request = request((short) -1, 0, broken);
        request.topicData()
                .find(TOPIC, Uuid.ZERO_UUID)
                .partitionData()
                .add(new PartitionProduceData().setIndex(1).setRecords(records(RECORD)));
        List<PartitionProduceResponse> answers = send(request);
        assertEquals(Errors.UNKNOWN_SERVER_ERROR.code(), answers.get(0).errorCode());
        assertEquals(0, answers.get(0).logStartOffset());
        assertEquals(Errors.NONE.code(), answers.get(1).errorCode());
    }

    @Test
    void shouldLookAtTheRecordsBeforeTheAcks() throws IOException {
        MemoryRecords nothing = MemoryRecords.EMPTY;
        assertEquals(Errors.INVALID_RECORD.code(), produce((short) 2, nothing).errorCode());
    }

    @Test
    void shouldLeaveOutATopicOfWhichNoPartitionIsAskedFor() throws IOException {
        ProduceRequestData produce = new ProduceRequestData().setAcks((short) -1);
        produce.topicData().add(new TopicProduceData().setName(TOPIC));
        assertTrue(connection
                .call(new ProduceRequest(produce, NAMES_IN_PRODUCE), ProduceResponse.class)
                .data()
                .responses()
                .isEmpty());
        assertTrue(listOffsets(new ListOffsetsTopic().setName(TOPIC)).isEmpty());
    }

    @Test
    void shouldSendNoListOfAbortedTransactionsWithAnError() throws IOException {
        FetchRequest.PartitionData wanted =
                new FetchRequest.PartitionData(Uuid.ZERO_UUID, 999, 0, 1000, Optional.empty());
        FetchRequest request = FetchRequest.Builder.forConsumer(
                        NAMES_IN_FETCH, 0, 0, Map.of(new TopicPartition(TOPIC, 0), wanted))
                .build(NAMES_IN_FETCH);
        FetchResponseData.PartitionData answer = connection
                .call(request, FetchResponse.class)
                .data()
                .responses()
                .get(0)
                .partitions()
                .get(0);
        assertEquals(Errors.OFFSET_OUT_OF_RANGE.code(), answer.errorCode());
        assertNull(answer.abortedTransactions());
    }

    @Test
    void shouldAnswerListOffsetsOnceForEachTopicAndPartition() throws IOException {
        ListOffsetsTopic first = offsets(0);
        first.partitions().addAll(offsets(0).partitions());
        List<ListOffsetsTopicResponse> answer = listOffsets(first, offsets(1));
        assertEquals(1, answer.size());
        assertEquals(
                List.of(Errors.INVALID_REQUEST.code(), Errors.NONE.code()),
                answer.get(0).partitions().stream().map(p -> p.errorCode()).toList());
    }

    @Test
    void shouldTakeTheLastOffsetOfAPartitionNamedTwiceInDeleteRecords() throws IOException {
        DeleteRecordsRequestData request = new DeleteRecordsRequestData();
        for (long offset : new long[] {999, 0}) {
            DeleteRecordsTopic topic = new DeleteRecordsTopic().setName(TOPIC);
            topic.partitions()
                    .add(new DeleteRecordsPartition().setPartitionIndex(1).setOffset(offset));
            request.topics().add(topic);
        }
        DeleteRecordsResponse answer = connection.call(
                new DeleteRecordsRequest.Builder(request).build(ApiKeys.DELETE_RECORDS.latestVersion()),
                DeleteRecordsResponse.class);
        assertEquals(1, answer.data().topics().size());
        assertEquals(1, answer.data().topics().find(TOPIC).partitions().size());
        assertEquals(
                Errors.NONE.code(),
                answer.data().topics().find(TOPIC).partitions().find(1).errorCode());
    }

    private static MemoryRecords records(SimpleRecord record) {
        return MemoryRecords.withRecords(Compression.NONE, record);
    }

    private static PartitionProduceResponse produce(short acks, MemoryRecords records) throws IOException {
        return send(request(acks, 0, records)).get(0);
    }

    private static ProduceRequestData request(short acks, int partition, MemoryRecords records) {
        ProduceRequestData request = new ProduceRequestData().setAcks(acks).setTimeoutMs(1_000);
        TopicProduceData topic = new TopicProduceData().setName(TOPIC);
        topic.partitionData().add(new PartitionProduceData().setIndex(partition).setRecords(records));
        request.topicData().add(topic);
        return request;
    }

    private static List<PartitionProduceResponse> send(ProduceRequestData request) throws IOException {
        return connection
                .call(new ProduceRequest(request, NAMES_IN_PRODUCE), ProduceResponse.class)
                .data()
                .responses()
                .find(TOPIC, Uuid.ZERO_UUID)
                .partitionResponses();
    }

    private static ListOffsetsTopic offsets(int partition) {
        ListOffsetsTopic topic = new ListOffsetsTopic().setName(TOPIC);
        topic.partitions()
                .add(new ListOffsetsPartition()
                        .setPartitionIndex(partition)
                        .setTimestamp(ListOffsetsRequest.LATEST_TIMESTAMP));
        return topic;
    }

    private static List<ListOffsetsTopicResponse> listOffsets(ListOffsetsTopic... topics) throws IOException {
        short version = ApiKeys.LIST_OFFSETS.latestVersion();
        ListOffsetsRequestData data =
                new ListOffsetsRequestData().setReplicaId(-1).setTopics(List.of(topics));
        return connection
                .call(ListOffsetsRequest.parse(readable(data, version), version), ListOffsetsResponse.class)
                .topics();
    }

    private static Readable readable(ListOffsetsRequestData data, short version) {
        return MessageUtil.toByteBufferAccessor(data, version);
    }
}
