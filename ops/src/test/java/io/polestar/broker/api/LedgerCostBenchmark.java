package io.polestar.broker.api;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polestar.broker.BrokerConfig;
import io.polestar.broker.metrics.LossMeters;
import io.polestar.broker.quota.Charge;
import io.polestar.broker.topic.DiskSpace;
import io.polestar.broker.topic.Partitions;
import io.polestar.broker.topic.ReadTrails;
import io.polestar.ops.bench.BenchFolder;
import io.polestar.protocol.MappedRecords;
import io.polestar.storage.Disk;
import io.polestar.storage.chronicle.ChronicleLogStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.DirectoryId;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.metadata.PartitionRecord;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
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
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the loss ledger costs a fetch: {@link #notes()} is its part of {@link #fetch()}, which is the broker's work for a fetch
 * without reading the request, encoding the answer and sending it. A produce that is taken does nothing for the ledger.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class LedgerCostBenchmark {
    private static final int NODE = 1;
    private static final int BATCHES = 1_000;
    private static final Uuid TOPIC_ID = Uuid.randomUuid();
    private static final String TOPIC = "bench";
    private static final String CLIENT = "consumer-bench-group-1";

    @Param({"1", "100"})
    private int partitionCount;

    private final KafkaScheduler scheduler = new KafkaScheduler(1);
    private final List<ReadTrails> trails = new ArrayList<>();
    private Path folder;
    private ChronicleLogStore store;
    private Partitions partitions;
    private FetchReader[] readers;
    private FetchContext[] sessions;
    private int next;
    private long noted;

    @Setup
    public void fill() throws IOException {
        folder = BenchFolder.create();
        scheduler.startup();
        store = new ChronicleLogStore(folder);
        partitions = new Partitions(
                BrokerConfig.of(Map.of("log.dirs", folder.toString())),
                store,
                Time.SYSTEM,
                scheduler,
                new DiskSpace(Disk.system(), folder, 0),
                new LossMeters(new SimpleMeterRegistry()));
        create();
        for (int index = 0; index < partitionCount; index++) {
            trails.add(new ReadTrails());
            for (int i = 0; i < BATCHES; i++) {
                partitions
                        .leader(id(index).topicPartition())
                        .appendFromClient(
                                MemoryRecords.withRecords(
                                        Compression.NONE, new SimpleRecord(1000, null, new byte[1000])),
                                (short) 1);
            }
        }
        readers = new FetchReader[BATCHES];
        sessions = new FetchContext[BATCHES];
        for (int offset = 0; offset < BATCHES; offset++) {
            prepare(offset);
        }
    }

    private void create() {
        MetadataDelta delta =
                new MetadataDelta.Builder().setImage(MetadataImage.EMPTY).build();
        delta.replay(new TopicRecord().setName(TOPIC).setTopicId(TOPIC_ID));
        for (int index = 0; index < partitionCount; index++) {
            delta.replay(new PartitionRecord()
                    .setTopicId(TOPIC_ID)
                    .setPartitionId(index)
                    .setReplicas(List.of(NODE))
                    .setIsr(List.of(NODE))
                    .setLeader(NODE)
                    .setDirectories(List.of(DirectoryId.UNASSIGNED))
                    .setLeaderRecoveryState(LeaderRecoveryState.RECOVERED.value()));
        }
        partitions.onMetadataUpdate(delta, delta.apply(MetadataProvenance.EMPTY), null);
    }

    private static TopicIdPartition id(int index) {
        return new TopicIdPartition(TOPIC_ID, index, TOPIC);
    }

    private void prepare(int offset) {
        List<FetchRound.Wanted> wanted = new ArrayList<>();
        Map<TopicIdPartition, FetchRequest.PartitionData> asked = new LinkedHashMap<>();
        for (int index = 0; index < partitionCount; index++) {
            FetchRequest.PartitionData data =
                    new FetchRequest.PartitionData(TOPIC_ID, offset, 0, 1_200, Optional.empty());
            wanted.add(new FetchRound.Wanted(id(index), data));
            asked.put(id(index), data);
        }
        readers[offset] = new FetchReader(
                partitions,
                new KRaftMetadataCache(NODE, () -> KRaftVersion.LATEST_PRODUCTION),
                new ListenerName("PLAINTEXT"),
                ApiKeys.FETCH.latestVersion(),
                IsolationLevel.READ_UNCOMMITTED,
                CLIENT,
                1 << 20,
                wanted);
        sessions[offset] = new FetchContext.SessionlessFetchContext(asked);
    }

    @TearDown
    public void delete() throws Exception {
        partitions.close();
        store.close();
        scheduler.shutdown();
        BenchFolder.delete(folder);
    }

    @Benchmark
    public int fetch() {
        int offset = next++ % BATCHES;
        FetchResponse response = readers[offset]
                .read()
                .answer(sessions[offset], new LinkedHashMap<>(), Charge.NONE, ApiKeys.FETCH.latestVersion());
        int[] bytes = {0};
        response.data()
                .responses()
                .forEach(topic -> topic.partitions().forEach(partition -> {
                    bytes[0] += partition.records().sizeInBytes();
                    if (partition.records() instanceof MappedRecords records) {
                        records.release();
                    }
                }));
        return bytes[0];
    }

    /** As a reader does that goes on. */
    @Benchmark
    public long notes() {
        long from = noted++;
        for (ReadTrails each : trails) {
            each.note(CLIENT, from, from + 1);
        }
        return from;
    }
}
