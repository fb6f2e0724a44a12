package io.polestar.broker.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polestar.broker.BrokerConfig;
import io.polestar.broker.metrics.LossMeters;
import io.polestar.broker.quota.Charge;
import io.polestar.broker.topic.DiskSpace;
import io.polestar.broker.topic.Partitions;
import io.polestar.protocol.MappedRecords;
import io.polestar.storage.Disk;
import io.polestar.storage.LogStore;
import io.polestar.storage.memory.MemoryLogStore;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.apache.kafka.common.DirectoryId;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.metadata.PartitionRecord;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.apache.kafka.metadata.LeaderRecoveryState;
import org.apache.kafka.server.FetchContext;
import org.apache.kafka.server.common.KRaftVersion;
import org.apache.kafka.server.util.KafkaScheduler;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who waits is told once, and neither its records nor its entries on partitions stay behind. */
@Timeout(30)
class ParkedFetchTest {
    private static final int NODE = 1;
    private static final Uuid TOPIC_ID = Uuid.randomUuid();
    private static final TopicIdPartition ID = new TopicIdPartition(TOPIC_ID, 0, "weather");
    private static final FetchRequest.PartitionData FROM_START =
            new FetchRequest.PartitionData(TOPIC_ID, 0, 0, 1000, Optional.empty());

    @TempDir
    Path directory;

    private final KafkaScheduler scheduler = new KafkaScheduler(1);
    private final Set<ParkedFetch> parked = ConcurrentHashMap.newKeySet();
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private LogStore store;
    private Partitions partitions;

    @BeforeEach
    void open() {
        scheduler.startup();
        store = new MemoryLogStore(directory, System::currentTimeMillis);
        partitions = new Partitions(
                BrokerConfig.of(Map.of("log.dirs", directory.toString())),
                store,
                Time.SYSTEM,
                scheduler,
                new DiskSpace(Disk.system(), directory, 0),
                new LossMeters(new SimpleMeterRegistry()));
        MetadataDelta delta =
                new MetadataDelta.Builder().setImage(MetadataImage.EMPTY).build();
        delta.replay(new TopicRecord().setName("weather").setTopicId(TOPIC_ID));
        delta.replay(partition(0));
        delta.replay(partition(1));
        partitions.onMetadataUpdate(delta, delta.apply(MetadataProvenance.EMPTY), null);
    }

    private static PartitionRecord partition(int index) {
        return new PartitionRecord()
                .setTopicId(TOPIC_ID)
                .setPartitionId(index)
                .setReplicas(List.of(NODE))
                .setIsr(List.of(NODE))
                .setLeader(NODE)
                .setDirectories(List.of(DirectoryId.UNASSIGNED))
                .setLeaderRecoveryState(LeaderRecoveryState.RECOVERED.value());
    }

    @AfterEach
    void close() throws InterruptedException {
        timer.shutdownNow();
        partitions.close();
        store.close();
        scheduler.shutdown();
    }

    /** The one partition, which the thread that begins to wait gets to see only when the fetch was answered. */
    private final class AfterTheAnswer extends AbstractList<FetchRound.Wanted> {
        private final Thread beginning = Thread.currentThread();

        @Override
        public FetchRound.Wanted get(int index) {
            if (Thread.currentThread() == beginning) {
                Awaitility.await().until(parked::isEmpty);
            }
            return new FetchRound.Wanted(ID, FROM_START);
        }

        @Override
        public int size() {
            return 1;
        }
    }

    private ParkedFetch fetch(FetchContext session) {
        return fetch(session, 1, new AfterTheAnswer());
    }

    private ParkedFetch fetch(FetchContext session, int minBytes, List<FetchRound.Wanted> wanted) {
        FetchReader reader = new FetchReader(
                partitions,
                new KRaftMetadataCache(NODE, () -> KRaftVersion.LATEST_PRODUCTION),
                new ListenerName("PLAINTEXT"),
                ApiKeys.FETCH.latestVersion(),
                IsolationLevel.READ_UNCOMMITTED,
                "client",
                1000,
                wanted);
        ParkedFetch fetch = new ParkedFetch(reader, minBytes, session, new HashMap<>(), Charge.NONE, parked);
        parked.add(fetch);
        return fetch;
    }

    private static FetchContext sessionless() {
        return new FetchContext.SessionlessFetchContext(Map.of(ID, FROM_START));
    }

    @Test
    void shouldBeForgottenByItsPartitionsWhenItsTimeEndsWhileItBeginsToWait() {
        WeakReference<ParkedFetch> forgotten = new WeakReference<>(answered());

        assertTrue(parked.isEmpty());
        Awaitility.await().until(() -> {
            System.gc();
            return forgotten.get() == null;
        });
    }

    private ParkedFetch answered() {
        ParkedFetch fetch = fetch(sessionless());
        fetch.await("connection", timer, 1);
        assertEquals(Errors.NONE, Errors.forCode(errorOf(fetch.answer())));
        return fetch;
    }

    private static short errorOf(CompletableFuture<AbstractResponse> answer) {
        return ((FetchResponse) answer.join()).data().errorCode();
    }

    @Test
    void shouldBeAnsweredOnceItsPartitionsTogetherHaveEnough() {
        TopicIdPartition other = new TopicIdPartition(TOPIC_ID, 1, "weather");
        List<FetchRound.Wanted> both =
                List.of(new FetchRound.Wanted(ID, FROM_START), new FetchRound.Wanted(other, FROM_START));
        int batchBytes = batch().sizeInBytes();
        ParkedFetch fetch = fetch(
                new FetchContext.SessionlessFetchContext(Map.of(ID, FROM_START, other, FROM_START)),
                3 * batchBytes,
                both);
        append(ID);
        fetch.await("connection", timer, 60_000);

        append(other);
        assertFalse(fetch.answer().isDone());
        append(other);

        assertTrue(fetch.answer().isDone());
        FetchResponse answer = (FetchResponse) fetch.answer().join();
        assertEquals(3 * batchBytes, recordBytes(answer));
    }

    private void append(TopicIdPartition partition) {
        partitions.leader(partition.topicPartition()).appendFromClient(batch(), (short) 1);
    }

    private static MemoryRecords batch() {
        return MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(new byte[20]));
    }

    private static int recordBytes(FetchResponse answer) {
        return answer.data().responses().stream()
                .flatMap(topic -> topic.partitions().stream())
                .mapToInt(FetchResponse::recordsSize)
                .sum();
    }

    @Test
    void shouldGiveTheRecordsBackWhenTheSessionAnswersWithAnError() {
        MappedRecords records = new MappedRecords(List.of(ByteBuffer.allocateDirect(10)), 10, () -> {});
        FetchRound round = new FetchRound(new LeaderHints(null, null), "test");
        round.add(ID, new PartitionData().setRecords(records));

        round.answer(
                new FetchContext.SessionErrorContext(Errors.INVALID_FETCH_SESSION_EPOCH),
                new LinkedHashMap<>(),
                Charge.NONE,
                (short) 12);

        assertEquals(0, records.refCnt());
    }
}
