package io.polestar.storage.chronicle;

import io.polestar.storage.Batch;
import io.polestar.storage.LogSettings;
import io.polestar.storage.PartitionLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.awaitility.Awaitility;

/**
 * A log of three segments of ten batches of one record each, the first two sealed, in a data directory as a killed broker
 * leaves it, and ways to harm it.
 */
final class DamagedLog {
    static final TopicPartition PARTITION = new TopicPartition("orders", 0);
    static final Uuid TOPIC_ID = new Uuid(47, 11);
    static final LogSettings SETTINGS = new LogSettings(1 << 30, Long.MAX_VALUE, 1 << 20);
    static final int PER_SEGMENT = 10;

    private final Path root;

    private DamagedLog(Path root) {
        this.root = root;
    }

    /** @param folder an empty one */
    static DamagedLog in(Path folder) throws IOException {
        Path live = folder.resolve("live");
        try (ChronicleLogStore store = new ChronicleLogStore(live)) {
            PartitionLog log = store.open(PARTITION, TOPIC_ID, SETTINGS);
            for (int i = 0; i < 3 * PER_SEGMENT; i++) {
                if (i > 0 && i % PER_SEGMENT == 0) {
                    log.roll();
                }
                log.append(Batch.at(i).valueBytes(300).build());
            }
            for (int number : new int[] {0, 1}) {
                Awaitility.await().until(() -> Files.exists(SegmentFile.indexOf(live.resolve("orders-0"), number)));
            }
            return new DamagedLog(SparseCopy.of(live, folder.resolve("crashed")));
        }
    }

    Path root() {
        return root;
    }

    Path directory() {
        return root.resolve("orders-0");
    }

    Path segment(int number) {
        return SegmentFile.of(directory(), number);
    }

    Path index(int number) {
        return SegmentFile.indexOf(directory(), number);
    }

    /** Where the batches of a segment lie. */
    List<Long> positions(int number) throws IOException {
        List<Long> positions = new ArrayList<>();
        SegmentMemory memory = new SegmentMemory(segment(number));
        try (SegmentWalk walk = new SegmentWalk(memory, 0, Files.size(memory.file()))) {
            while (walk.advance()) {
                positions.add(walk.position());
            }
        } finally {
            memory.release();
        }
        return positions;
    }

    /** Flips a bit in the value of a batch's record. */
    DamagedLog flipBitIn(int batch) throws IOException {
        int number = batch / PER_SEGMENT;
        return flipBit(segment(number), positions(number).get(batch % PER_SEGMENT) + 200);
    }

    DamagedLog flipBit(Path file, long position) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, position);
            one.put(0, (byte) (one.get(0) ^ 4)).flip();
            channel.write(one, position);
        }
        return this;
    }

    DamagedLog truncate(Path file, long bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(bytes);
        }
        return this;
    }

    /** Names, lengths and hashes of everything below the root. */
    Map<String, String> content() throws IOException {
        Map<String, String> content = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                content.put(root.relativize(file).toString(), Files.size(file) + " " + hash(file));
            }
        }
        return content;
    }

    private static int hash(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer beginning = ByteBuffer.allocate(1 << 20);
            channel.read(beginning);
            return Arrays.hashCode(beginning.array());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
