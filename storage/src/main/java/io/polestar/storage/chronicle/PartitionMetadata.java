package io.polestar.storage.chronicle;

import io.polestar.storage.Disk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.Uuid;

/**
 * What cannot be learned from a partition's segments; a small text file that is replaced whole. Immutable.
 *
 * @param topicId the topic it belongs to
 * @param startOffset the first offset that may be read
 */
record PartitionMetadata(Uuid topicId, long startOffset) {

    private static final String FILE = "partition.metadata";
    private static final Pattern FORMAT =
            Pattern.compile("version: 1\ntopic_id: (\\S{22})\nlog_start_offset: (\\d{1,19})\n");

    /** Empty if there is none, or none that can be read. */
    static Optional<PartitionMetadata> read(Path directory) throws IOException {
        String text;
        try {
            text = Files.readString(directory.resolve(FILE), StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        Matcher matcher = FORMAT.matcher(text);
        return matcher.matches()
                ? Optional.of(
                        new PartitionMetadata(Uuid.fromString(matcher.group(1)), Long.parseLong(matcher.group(2))))
                : Optional.empty();
    }

    void write(Path directory) throws IOException {
        DurableFile.replace(directory.resolve(FILE), content());
    }

    /** Returns when it is on the device. */
    void write(Path directory, Disk disk) throws IOException {
        DurableFile.replace(directory.resolve(FILE), content(), disk);
    }

    private byte[] content() {
        return ("version: 1\ntopic_id: " + topicId + "\nlog_start_offset: " + startOffset + "\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Makes what was written without being forced durable. */
    static void force(Path directory, Disk disk) throws IOException {
        disk.force(directory.resolve(FILE));
        disk.forceDirectory(directory);
        disk.forceDirectory(directory.toAbsolutePath().getParent());
    }

    PartitionMetadata withStartOffset(long newStartOffset) {
        return new PartitionMetadata(topicId, newStartOffset);
    }
}
