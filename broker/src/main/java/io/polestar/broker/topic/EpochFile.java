package io.polestar.broker.topic;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.kafka.storage.internals.checkpoint.LeaderEpochCheckpointFile;
import org.apache.kafka.storage.internals.epoch.LeaderEpochFileCache;
import org.apache.kafka.storage.internals.log.EpochEntry;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;

/**
 * Kafka's leader-epoch file, written without an fsync: the first append of each epoch writes it on an event loop, and
 * what a power cut takes from it is in the batch headers of the log, from which {@link PartitionState#recover} puts it
 * back.
 */
final class EpochFile extends LeaderEpochCheckpointFile {
    private static final LogDirFailureChannel NO_LISTENER = new LogDirFailureChannel(1);

    private final Path file;

    EpochFile(Path directory) throws IOException {
        super(whatIsThere(directory), NO_LISTENER);
        this.file = newFile(directory.toFile()).toPath();
    }

    /** Kafka's constructor makes the file that it is given, unless there is something; ours comes with the first write. */
    private static File whatIsThere(Path directory) {
        return directory.toAbsolutePath().getParent().toFile();
    }

    @Override
    public List<EpochEntry> read() {
        try {
            return Files.exists(file) ? new LeaderEpochCheckpointFile(file.toFile(), NO_LISTENER).read() : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + file, e);
        }
    }

    /**
     * {@link LeaderEpochFileCache} calls this under its read lock only: from the metadata loader's thread, from event loops
     * and from the scheduler, at the same time.
     */
    @Override
    public synchronized void write(Collection<EpochEntry> epochs) {
        String entries = epochs.stream()
                .map(e -> e.epoch() + " " + e.startOffset() + "\n")
                .collect(Collectors.joining("", "0\n" + epochs.size() + "\n", ""));
        try {
            StateFile.replace(file, entries);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + file, e);
        }
    }

    @Override
    public void writeIfDirExists(Collection<EpochEntry> epochs) {
        if (Files.isDirectory(file.getParent())) {
            write(epochs);
        }
    }
}
