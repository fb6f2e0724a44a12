package io.polestar.storage.chronicle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.storage.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AheadWriterTest {
    private static final long FILE_BYTES = 64L << 20;
    private static final int BATCH_BYTES = 64 << 10;

    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void makeSparseFile() throws IOException {
        file = directory.resolve("segment");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[1]), FILE_BYTES - 1);
        }
    }

    @Test
    void shouldWriteNothingAheadOfASlowSegment() throws IOException {
        Queue<Runnable> tasks = new ArrayDeque<>();
        try (AheadWriter writer = new AheadWriter(file, Disk.system(), tasks::add)) {
            for (int i = 0; i < 1000; i++) {
                writer.beforeAppend(i * 100L, 100);
                writer.afterAppend((i + 1) * 100L, 100, i * 10L);
            }
        }
        assertTrue(tasks.isEmpty());
    }

    @Test
    void shouldWriteNothingAheadWhereMostIsWrittenToTheFile() throws IOException {
        Queue<Runnable> tasks = new ArrayDeque<>();
        try (AheadWriter writer = new AheadWriter(file, Disk.system(), tasks::add)) {
            for (int i = 0; i < 500; i++) {
                writer.afterCopy(i * 80_000L + 50_000, 50_000, 1);
                writer.afterAppend(i * 80_000L + 80_000, 30_000, 1);
            }
        }
        assertTrue(tasks.isEmpty());
    }

    @Test
    void shouldLeaveTheAppenderWhatLiesBelowTheLimit() throws IOException {
        Queue<Runnable> tasks = new ArrayDeque<>();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                AheadWriter writer = new AheadWriter(file, Disk.system(), tasks::add)) {
            long position = appendUntilScheduled(channel, writer, tasks);
            fill(channel, position, 3 << 20); // what an appender that did not ask would have written
            runAll(tasks);
            assertEquals(1, byteAt(channel, position), "just behind the end");
            assertEquals(0, byteAt(channel, position + (3 << 20) - 1), "zeros from the limit on");
        }
    }

    @Test
    void shouldEndWhenTheAppenderCatchesUp() throws IOException {
        Queue<Runnable> tasks = new ArrayDeque<>();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                AheadWriter writer = new AheadWriter(file, Disk.system(), tasks::add)) {
            long position = appendUntilScheduled(channel, writer, tasks);
            writer.beforeAppend(position, 4 << 20);
            fill(channel, position, 4 << 20);
            runAll(tasks);
            assertEquals(1, byteAt(channel, position + (4 << 20) - 1));
        }
    }

    @Test
    void shouldWriteNothingAfterItsEnd() throws IOException {
        Queue<Runnable> tasks = new ArrayDeque<>();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            AheadWriter writer = new AheadWriter(file, Disk.system(), tasks::add);
            long position = appendUntilScheduled(channel, writer, tasks);
            writer.close();
            fill(channel, position, 16 << 20);
            runAll(tasks);
            assertEquals(1, byteAt(channel, position + (16 << 20) - 1));
        }
    }

    /** Races the two for real: not one byte of the appender's may be lost. */
    @Test
    void shouldNeverOverwriteTheAppender() throws Exception {
        long seed = 20261124;
        Random random = new Random(seed);
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                AheadWriter writer = new AheadWriter(file, Disk.system(), executor)) {
            MappedByteBuffer mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, FILE_BYTES);
            int position = 0;
            int bytes = BATCH_BYTES;
            while (position + bytes < FILE_BYTES) {
                writer.beforeAppend(position, bytes);
                for (int i = position; i < position + bytes; i++) {
                    mapped.put(i, (byte) 1);
                }
                position += bytes;
                writer.afterAppend(position, bytes, 1);
                bytes = 1 + random.nextInt(random.nextInt(20) == 0 ? 3 << 20 : BATCH_BYTES);
            }
            writer.close();
            for (int i = 0; i < position; i++) {
                assertEquals(1, mapped.get(i), "position " + i + ", seed " + seed);
            }
        } finally {
            executor.shutdown();
        }
        assertEquals(FILE_BYTES, Files.size(file), "the file does not grow");
    }

    private static long appendUntilScheduled(FileChannel channel, AheadWriter writer, Queue<Runnable> tasks)
            throws IOException {
        long position = 0;
        while (tasks.isEmpty()) {
            writer.beforeAppend(position, BATCH_BYTES);
            fill(channel, position, BATCH_BYTES);
            position += BATCH_BYTES;
            writer.afterAppend(position, BATCH_BYTES, 1);
        }
        return position;
    }

    private static void runAll(Queue<Runnable> tasks) {
        while (!tasks.isEmpty()) {
            tasks.poll().run();
        }
    }

    private static void fill(FileChannel channel, long position, int bytes) throws IOException {
        byte[] ones = new byte[bytes];
        Arrays.fill(ones, (byte) 1);
        channel.write(ByteBuffer.wrap(ones), position);
    }

    private static int byteAt(FileChannel channel, long position) throws IOException {
        ByteBuffer one = ByteBuffer.allocate(1);
        channel.read(one, position);
        return one.get(0);
    }
}
