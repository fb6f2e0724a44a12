package io.polestar.broker.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.storage.internals.log.EpochEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EpochFileTest {
    private static final int WRITERS = 4;
    private static final int WRITES = 300;

    @TempDir
    private Path directory;

    @Test
    void shouldHoldWhatWasWrittenWhenSeveralThreadsWriteAtOnce() throws Exception {
        EpochFile file = new EpochFile(directory);
        List<EpochEntry> entries = List.of(new EpochEntry(0, 0), new EpochEntry(3, 17));
        ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
        List<Future<?>> written = new ArrayList<>();
        for (int i = 0; i < WRITERS * WRITES; i++) {
            written.add(writers.submit(() -> file.write(entries)));
        }
        writers.shutdown();

        for (Future<?> write : written) {
            write.get();
        }
        assertEquals(entries, file.read());
    }
}
