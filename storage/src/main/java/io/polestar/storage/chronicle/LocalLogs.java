package io.polestar.storage.chronicle;

import io.polestar.storage.LogStore.StoredPartition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The logs of a data directory that a broker has open, for readers in other processes on the same machine. Takes no lock and
 * changes nothing. Safe for use from any thread.
 */
public final class LocalLogs {

    private final Path root;
    private final OffsetTable table;

    /**
     * @throws java.nio.file.NoSuchFileException if no broker has had the directory
     * @throws DataDirectoryFormatException if it is of a newer version
     */
    public LocalLogs(Path dataDirectory) throws IOException {
        DataDirectory.requireReadable(dataDirectory);
        this.root = dataDirectory;
        this.table = OffsetTable.read(dataDirectory);
    }

    /** The partitions that have ever held a record, in order of their names. */
    public List<StoredPartition> partitions() throws IOException {
        List<StoredPartition> partitions = new ArrayList<>();
        try (Stream<Path> folders = Files.list(root)) {
            for (Path folder : folders.sorted().toList()) {
                ChronicleLogStore.partition(folder).ifPresent(partitions::add);
            }
        }
        return partitions;
    }

    /**
     * Reads a partition's log as it grows.
     *
     * @param fromOffset the first offset wanted; where the log begins later, it is read from there on
     */
    public LogFollower follow(StoredPartition partition, long fromOffset) {
        Path folder = ChronicleLogStore.folder(root, partition.topicPartition());
        return new LogFollower(folder, table, partition, fromOffset);
    }
}
