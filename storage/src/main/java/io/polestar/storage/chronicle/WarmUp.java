package io.polestar.storage.chronicle;

import io.polestar.storage.BatchHeader;
import io.polestar.storage.LogSettings;
import io.polestar.storage.PartitionLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes a log in a temporary folder through its life once, so that Chronicle's classes are loaded. Stateless. */
final class WarmUp {

    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);

    private WarmUp() {}

    /** @param parent where the temporary folder is made */
    static void run(Path parent) {
        try {
            Path folder = Files.createTempDirectory(parent, "polestar-warm-up");
            try {
                useOnce(folder);
            } finally {
                DurableFile.deleteTree(folder);
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("warm-up failed; the first append will take longer", e);
        }
    }

    private static void useOnce(Path folder) {
        try (ChronicleLogStore store = new ChronicleLogStore(folder);
                PartitionLog log = store.open(
                        new TopicPartition("warm-up", 0), Uuid.randomUuid(), new LogSettings(1000, 1000, 1000))) {
            log.append(emptyBatch(0));
            log.roll();
            log.append(emptyBatch(1));
            log.read(0, Long.MAX_VALUE, 1000, true).release();
        }
    }

    private static ByteBuffer emptyBatch(long baseOffset) {
        ByteBuffer batch = ByteBuffer.allocateDirect(BatchHeader.SIZE);
        return batch.putLong(0, baseOffset).putInt(8, BatchHeader.SIZE - 12).put(16, (byte) 2);
    }
}
