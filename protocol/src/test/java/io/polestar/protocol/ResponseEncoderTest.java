package io.polestar.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.message.ShareFetchResponseData.ShareFetchableTopicResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Records;
import org.apache.kafka.common.record.internal.RecordsSend;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.FindCoordinatorResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.ResponseHeader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoLeaks.class)
class ResponseEncoderTest {
    private static final short FETCH_VERSION = ApiKeys.FETCH.latestVersion();

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final AtomicInteger released = new AtomicInteger();

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    @Test
    void shouldWriteWhatKafkaParsesWhenThereAreNoRecords() {
        FindCoordinatorResponseData data = new FindCoordinatorResponseData();
        data.coordinators()
                .add(new FindCoordinatorResponseData.Coordinator()
                        .setKey("group")
                        .setNodeId(300)
                        .setHost("host")
                        .setPort(70_000));
        encode(ApiKeys.FIND_COORDINATOR, data, (short) 6).writeTo(channel);
        FindCoordinatorResponse parsed = (FindCoordinatorResponse) parseWritten(ApiKeys.FIND_COORDINATOR, (short) 6);
        assertEquals(data, parsed.data());
    }

    @ParameterizedTest
    @ValueSource(
            ints = {10, MessageWriter.COPIED_REGION_BYTES, 3000, MessageWriter.COPIED_RESPONSE_BYTES, 20_000, 1_000_000
            })
    void shouldWriteWhatKafkaParsesWhenRecordsLieInTheLog(int recordBytes) {
        FetchResponseData data = fetch(mapped(recordBytes, 3), mapped(recordBytes, 0), mapped(recordBytes, 1));
        encode(ApiKeys.FETCH, data, FETCH_VERSION).writeTo(channel);
        FetchResponse parsed = (FetchResponse) parseWritten(ApiKeys.FETCH, FETCH_VERSION);
        assertEquals(List.of(3, 0, 1), recordCounts(parsed));
        assertEquals(3, released.get());
    }

    @Test
    void shouldWriteWhatKafkaParsesWhenRecordsLieOnTheHeap() {
        FetchResponseData data = fetch(batch(5000, 0), batch(5, 0), MemoryRecords.EMPTY, null);
        encode(ApiKeys.FETCH, data, FETCH_VERSION).writeTo(channel);
        FetchResponse parsed = (FetchResponse) parseWritten(ApiKeys.FETCH, FETCH_VERSION);
        assertEquals(List.of(1, 1, 0, 0), recordCounts(parsed));
    }

    @Test
    void shouldWriteWhatKafkaParsesWhenThereAreMoreRegionsThanOneWritevTakes() {
        FetchResponseData data = fetch(mapped(3000, 3000));
        encode(ApiKeys.FETCH, data, FETCH_VERSION).writeTo(channel);
        assertEquals(List.of(3000), recordCounts((FetchResponse) parseWritten(ApiKeys.FETCH, FETCH_VERSION)));
    }

    @Test
    void shouldWriteTheLogsOwnMemoryWhenARegionIsLarge() {
        MappedRecords records = mapped(10_000, 2);
        List<Long> expected = records.regions().stream()
                .map(region -> Unpooled.wrappedBuffer(region).memoryAddress())
                .toList();
        encode(ApiKeys.FETCH, fetch(records), FETCH_VERSION).writeTo(channel);
        channel.flush();
        List<Long> addresses = new ArrayList<>();
        for (ByteBuf part; (part = channel.readOutbound()) != null; part.release()) {
            addresses.add(part.memoryAddress() + part.readerIndex());
        }
        assertTrue(addresses.containsAll(expected), () -> addresses + " lacks " + expected);
    }

    @Test
    void shouldHoldTheRecordsUntilTheLastPartIsWritten() {
        encode(ApiKeys.FETCH, fetch(mapped(10_000, 2)), FETCH_VERSION).writeTo(channel);
        assertEquals(0, released.get());
        channel.flush();
        assertEquals(1, released.get());
        channel.releaseOutbound();
    }

    @Test
    void shouldReleaseTheRecordsAtOnceWhenTheyWereCopied() {
        EncodedResponse encoded = encode(ApiKeys.FETCH, fetch(mapped(100, 2)), FETCH_VERSION);
        assertEquals(1, released.get());
        encoded.release();
        assertEquals(1, released.get());
    }

    @Test
    void shouldReleaseTheRecordsWhenTheResponseIsNotWritten() {
        encode(ApiKeys.FETCH, fetch(mapped(100, 2), mapped(10_000, 2)), FETCH_VERSION)
                .release();
        assertEquals(2, released.get());
    }

    @Test
    void shouldReleaseTheRecordsWhenTheChannelIsClosedBefore() {
        EncodedResponse encoded = encode(ApiKeys.FETCH, fetch(mapped(10_000, 2)), FETCH_VERSION);
        channel.close();
        encoded.writeTo(channel);
        assertEquals(1, released.get());
    }

    @Test
    void shouldReleaseTheRecordsWhenTheChannelIsClosedBeforeTheFlush() {
        encode(ApiKeys.FETCH, fetch(mapped(10_000, 2)), FETCH_VERSION).writeTo(channel);
        channel.close();
        assertEquals(1, released.get());
        assertThrows(ClosedChannelException.class, channel::checkException);
    }

    @Test
    void shouldReleaseTheRecordsWhenEncodingFails() {
        FetchResponseData data = fetch(mapped(10_000, 2), mapped(10, 1));
        data.responses().get(0).setTopic(null);
        assertThrows(ResponseEncodingException.class, () -> encode(ApiKeys.FETCH, data, (short) 12));
        assertEquals(2, released.get());
    }

    @Test
    void shouldReleaseTheRecordsWhenAKindOfRecordsIsUnknown() {
        BaseRecords unknown = new BaseRecords() {
            @Override
            public int sizeInBytes() {
                return 1;
            }

            @Override
            public RecordsSend<? extends BaseRecords> toSend() {
                throw new UnsupportedOperationException();
            }
        };
        FetchResponseData data = fetch(mapped(10_000, 2), unknown, mapped(10, 1));
        assertThrows(ResponseEncodingException.class, () -> encode(ApiKeys.FETCH, data, FETCH_VERSION));
        assertEquals(2, released.get());
    }

    @Test
    void shouldFailWhenAFieldIsSetThatTheVersionLacks() {
        FindCoordinatorResponseData data = new FindCoordinatorResponseData().setHost("host");
        assertThrows(ResponseEncodingException.class, () -> encode(ApiKeys.FIND_COORDINATOR, data, (short) 6));
    }

    @Test
    void shouldFailWhenRecordsAreNotOfTheSizeTheyTell() {
        MappedRecords wrong =
                new MappedRecords(List.of(ByteBuffer.allocateDirect(5000)), 4999, released::incrementAndGet);
        assertThrows(ResponseEncodingException.class, () -> encode(ApiKeys.FETCH, fetch(wrong), FETCH_VERSION));
        assertEquals(1, released.get());
    }

    @Test
    void shouldReleaseTheRecordsOfAShareFetch() {
        ShareFetchResponseData data = new ShareFetchResponseData();
        ShareFetchableTopicResponse topic = new ShareFetchableTopicResponse().setTopicId(Uuid.randomUuid());
        topic.partitions().add(new ShareFetchResponseData.PartitionData().setRecords(mapped(10_000, 1)));
        data.responses().add(topic);
        encode(ApiKeys.SHARE_FETCH, data, ApiKeys.SHARE_FETCH.latestVersion()).writeTo(channel);
        parseWritten(ApiKeys.SHARE_FETCH, ApiKeys.SHARE_FETCH.latestVersion());
        assertEquals(1, released.get());
    }

    private static EncodedResponse encode(ApiKeys key, ApiMessage data, short version) {
        return ResponseEncoder.encode(
                PooledByteBufAllocator.DEFAULT,
                new ResponseHeader(5, key.responseHeaderVersion(version)),
                data,
                version);
    }

    private AbstractResponse parseWritten(ApiKeys key, short version) {
        channel.flush();
        ByteBuf all = PooledByteBufAllocator.DEFAULT.heapBuffer();
        for (ByteBuf part; (part = channel.readOutbound()) != null; part.release()) {
            all.writeBytes(part);
        }
        byte[] bytes = new byte[all.readableBytes()];
        all.readBytes(bytes).release();
        ByteBuffer frame = ByteBuffer.wrap(bytes);
        assertEquals(frame.getInt(), frame.remaining());
        return AbstractResponse.parseResponse(frame, new RequestHeader(key, version, "client", 5));
    }

    private static List<Integer> recordCounts(FetchResponse response) {
        List<Integer> counts = new ArrayList<>();
        for (PartitionData partition : response.data().responses().get(0).partitions()) {
            int count = 0;
            if (partition.records() != null) {
                for (var batch : ((Records) partition.records()).batches()) {
                    batch.ensureValid();
                    count++;
                }
            }
            counts.add(count);
        }
        return counts;
    }

    private static FetchResponseData fetch(BaseRecords... partitions) {
        FetchableTopicResponse topic = new FetchableTopicResponse().setTopicId(Uuid.randomUuid());
        for (int i = 0; i < partitions.length; i++) {
            topic.partitions().add(new PartitionData().setPartitionIndex(i).setRecords(partitions[i]));
        }
        return new FetchResponseData().setResponses(new ArrayList<>(List.of(topic)));
    }

    private MappedRecords mapped(int recordBytes, int batches) {
        List<ByteBuffer> regions = new ArrayList<>();
        int size = 0;
        for (int i = 0; i < batches; i++) {
            ByteBuffer batch = batch(recordBytes, i).buffer();
            ByteBuffer region = ByteBuffer.allocateDirect(batch.remaining() + 8);
            region.position(4);
            region.put(batch).flip().position(4);
            size += region.remaining();
            regions.add(region.asReadOnlyBuffer());
        }
        return new MappedRecords(regions, size, released::incrementAndGet);
    }

    private static MemoryRecords batch(int recordBytes, long offset) {
        return MemoryRecords.withRecords(offset, Compression.NONE, new SimpleRecord(new byte[recordBytes]));
    }
}
