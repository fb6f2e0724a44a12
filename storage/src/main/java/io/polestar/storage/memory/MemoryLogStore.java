package io.polestar.storage.memory;

import io.polestar.storage.LogSettings;
import io.polestar.storage.LogStore;
import io.polestar.storage.PartitionLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InconsistentTopicIdException;

/** Logs that end with the process; only the folders for small state files are on disk. Safe for use from any thread. */
public final class MemoryLogStore implements LogStore {

    private final Path directory;
    private final LongSupplier clock;
    private final Uuid id = Uuid.randomUuid();
    private final Map<TopicPartition, MemoryPartitionLog> logs = new ConcurrentHashMap<>();

    /**
     * @param directory for the state folders
     * @param clock milliseconds since the epoch
     */
    public MemoryLogStore(Path directory, LongSupplier clock) {
        this.directory = directory;
        this.clock = clock;
    }

    @Override
    public List<StoredPartition> partitions() {
        return logs.entrySet().stream()
                .map(entry ->
                        new StoredPartition(entry.getKey(), entry.getValue().topicId()))
                .sorted(Comparator.comparing(stored -> stored.topicPartition().toString()))
                .toList();
    }

    @Override
    public PartitionLog open(TopicPartition partition, Uuid topicId, LogSettings settings) {
        return logs.compute(partition, (key, known) -> {
            MemoryPartitionLog log = known != null ? known : create(partition, topicId);
            if (log.isOpen()) {
                throw new IllegalStateException("log " + partition + " is open already");
            }
            if (!log.topicId().equals(topicId)) {
                throw new InconsistentTopicIdException("log " + partition + " belongs to topic id " + log.topicId());
            }
            log.open(settings);
            return log;
        });
    }

    private MemoryPartitionLog create(TopicPartition partition, Uuid topicId) {
        try {
            Files.createDirectories(stateDirectory(partition));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new MemoryPartitionLog(topicId, clock);
    }

    @Override
    public Path stateDirectory(TopicPartition partition) {
        return directory.resolve(partition.topic() + "-" + partition.partition());
    }

    @Override
    public void delete(TopicPartition partition, Duration delay) {
        logs.computeIfPresent(partition, (key, log) -> {
            if (log.isOpen()) {
                throw new IllegalStateException("log " + partition + " is open");
            }
            deleteFolder(stateDirectory(partition));
            return null;
        });
    }

    @Override
    public void freeDeleted() {
        // nothing waits: a delete frees at once
    }

    private static void deleteFolder(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Uuid directoryId() {
        return id;
    }

    @Override
    public boolean wasCleanStop() {
        return true;
    }

    @Override
    public void close() {
        logs.values().forEach(MemoryPartitionLog::close);
    }
}
