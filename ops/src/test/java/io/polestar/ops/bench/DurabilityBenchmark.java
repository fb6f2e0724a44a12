package io.polestar.ops.bench;

import io.polestar.broker.BrokerProcess;
import io.polestar.broker.PolestarConfigs;
import io.polestar.broker.PolestarTopicConfigs;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What durability costs: 64 producers, each with one acks=all request in flight on a connection of its own, against a
 * broker in a process of its own; with {@code sync} also how often the device was forced for them. Beside it, what one force of
 * the bare device takes.
 */
@Warmup(iterations = 5, time = 4)
@Measurement(iterations = 5, time = 3)
@Fork(1)
public class DurabilityBenchmark {
    private static final int PRODUCERS = 64;
    private static final short NAMES_IN_PRODUCE = 12;
    private static final int PRODUCED_PER_COUNT = 128;
    private static final Pattern FORCES = Pattern.compile("polestar_disk_force_seconds_count (\\S+)");

    /** A broker with one topic. */
    @State(Scope.Benchmark)
    public static class Served {
        @Param({"os", "sync"})
        String durability;

        @Param({"1", "16"})
        int partitions;

        @Param("1024")
        int batchBytes;

        private final AtomicInteger connections = new AtomicInteger();
        private final HttpClient http = HttpClient.newHttpClient();
        private URI metrics;
        private Path folder;
        private BrokerProcess broker;

        @Setup
        public void start() throws IOException, ExecutionException, InterruptedException {
            folder = BenchFolder.create();
            String listen = "127.0.0.1:" + freePort();
            metrics = URI.create("http://" + listen + "/metrics");
            broker = BrokerProcess.start(
                    folder,
                    0,
                    PolestarConfigs.HTTP_LISTEN + "=" + listen,
                    PolestarTopicConfigs.DURABILITY + "=" + durability);
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
                admin.createTopics(List.of(
                                new NewTopic("bench", partitions, (short) 1).configs(Map.of("retention.ms", "-1"))))
                        .all()
                        .get();
            }
        }

        private static int freePort() throws IOException {
            try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                return any.getLocalPort();
            }
        }

        /** Of files, since the broker began. */
        long forces() throws IOException, InterruptedException {
            String text = http.send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
            Matcher count = FORCES.matcher(text);
            return count.find() ? (long) Double.parseDouble(count.group(1)) : 0;
        }

        @TearDown
        public void stop() throws IOException, InterruptedException {
            broker.close();
            BenchFolder.delete(folder);
        }
    }

    /** One producer: a connection, and the request that it sends again and again. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Producer {
        /** Forces of files; counted with the first producer. */
        public long forces;

        private Served served;
        private boolean counts;
        private long produced;
        private long forcesBefore;
        private Socket socket;
        private DataInputStream in;
        private byte[] frame;

        @Setup
        public void connect(Served target) throws IOException {
            served = target;
            int number = served.connections.getAndIncrement();
            counts = number == 0;
            frame = frame(number % served.partitions, served.batchBytes);
            socket = new Socket(InetAddress.getLoopbackAddress(), served.broker.port());
            socket.setTcpNoDelay(true);
            in = new DataInputStream(socket.getInputStream());
        }

        @Setup(Level.Iteration)
        public void beginCount() throws IOException, InterruptedException {
            forcesBefore = counts ? served.forces() : 0;
        }

        @TearDown
        public void hangUp() throws IOException {
            socket.close();
        }

        private static byte[] frame(int partition, int batchBytes) {
            SimpleRecord record = new SimpleRecord(1000, null, new byte[batchBytes - 70]);
            PartitionProduceData data = new PartitionProduceData()
                    .setIndex(partition)
                    .setRecords(MemoryRecords.withRecords(Compression.NONE, record));
            ProduceRequestData request =
                    new ProduceRequestData().setAcks((short) -1).setTimeoutMs(30_000);
            request.topicData().add(new TopicProduceData().setName("bench").setPartitionData(List.of(data)));
            ProduceRequest built = new ProduceRequest.Builder(NAMES_IN_PRODUCE, NAMES_IN_PRODUCE, request).build();
            RequestHeader header = new RequestHeader(ApiKeys.PRODUCE, NAMES_IN_PRODUCE, "bench", 1);
            ByteBuffer bytes =
                    RequestUtils.serialize(header.data(), header.headerVersion(), built.data(), NAMES_IN_PRODUCE);
            return ByteBuffer.allocate(Integer.BYTES + bytes.remaining())
                    .putInt(bytes.remaining())
                    .put(bytes)
                    .array();
        }

        void produce() throws IOException, InterruptedException {
            socket.getOutputStream().write(frame);
            byte[] answer = new byte[in.readInt()];
            in.readFully(answer);
            requireStored(answer);
            if (counts && ++produced % PRODUCED_PER_COUNT == 0) {
                forces = served.forces() - forcesBefore;
            }
        }

        private static void requireStored(byte[] answer) {
            ByteBuffer body = ByteBuffer.wrap(answer).position(Integer.BYTES + 1);
            ProduceResponse response = ProduceResponse.parse(new ByteBufferAccessor(body), NAMES_IN_PRODUCE);
            if (!response.errorCounts().keySet().stream().allMatch(error -> error.code() == 0)) {
                throw new IllegalStateException("refused: " + response);
            }
        }
    }

    @Benchmark
    @Threads(PRODUCERS)
    @BenchmarkMode(Mode.Throughput)
    public void produce(Producer producer) throws IOException, InterruptedException {
        producer.produce();
    }

    /** A file that is written page by page, on the device that the broker's folder is on. */
    @State(Scope.Thread)
    public static class BareFile {
        private final ByteBuffer page = ByteBuffer.allocateDirect(4096);
        private Path folder;
        private FileChannel file;

        @Setup
        public void open() throws IOException {
            folder = BenchFolder.create();
            file = FileChannel.open(folder.resolve("bare"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        }

        @TearDown
        public void close() throws IOException {
            file.close();
            BenchFolder.delete(folder);
        }
    }

    @Benchmark
    @BenchmarkMode(Mode.SampleTime)
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    public void bareForce(BareFile bare) throws IOException {
        bare.file.write(bare.page.clear());
        bare.file.force(false);
    }
}
