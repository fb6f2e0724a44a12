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
import java.util.zip.CRC32C;
import org.apache.kafka.common.Uuid;

/**
 * What cannot be learned from a partition's segments; a small text file with a checksum that is replaced whole. Immutable.
 *
 * @param topicId the topic it belongs to
 * @param startOffset the first offset that may be read
 * @param rewrittenBelow batches before this offset may have been taken out: a gap there is meant
 */
record PartitionMetadata(Uuid topicId, long startOffset, long rewrittenBelow) {

    static final String FILE = "partition.metadata";
    private static final Pattern FORMAT =
            Pattern.compile("(version: 1\ntopic_id: (\\S{22})\nlog_start_offset: (\\d{1,18})\n"
                    + "rewritten_below: (\\d{1,18})\n)crc32c: ([0-9a-f]{8})\n");

    PartitionMetadata(Uuid topicId, long startOffset) {
        this(topicId, startOffset, 0);
    }

    /** A gap in the offsets below this one is meant. */
    long gapsMeantBelow() {
        return Math.max(startOffset, rewrittenBelow);
    }

    /** Empty if there is none, or none that can be read. */
    static Optional<PartitionMetadata> read(Path directory) throws IOException {
        String text;
        try {
            text = Files.readString(directory.resolve(FILE), StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        Matcher matcher = FORMAT.matcher(text);
        return matcher.matches() && checksum(matcher.group(1)).equals(matcher.group(5))
                ? Optional.of(new PartitionMetadata(
                        Uuid.fromString(matcher.group(2)),
                        Long.parseLong(matcher.group(3)),
                        Long.parseLong(matcher.group(4))))
                : Optional.empty();
    }

    private static String checksum(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.ISO_8859_1));
        return String.format("%08x", crc.getValue());
    }

    void write(Path directory) throws IOException {
        DurableFile.replace(directory.resolve(FILE), content());
    }

    /** Returns when it is on the device. */
    void write(Path directory, Disk disk) throws IOException {
        DurableFile.replace(directory.resolve(FILE), content(), disk);
    }

    private byte[] content() {
        String text = "version: 1\ntopic_id: " + topicId + "\nlog_start_offset: " + startOffset + "\nrewritten_below: "
                + rewrittenBelow + "\n";
        return (text + "crc32c: " + checksum(text) + "\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Makes what was written without being forced durable. */
    static void force(Path directory, Disk disk) throws IOException {
        disk.force(directory.resolve(FILE));
        disk.forceDirectory(directory);
        disk.forceDirectory(directory.toAbsolutePath().getParent());
    }

    PartitionMetadata withStartOffset(long newStartOffset) {
        return new PartitionMetadata(topicId, newStartOffset, rewrittenBelow);
    }

    /** To be written before batches below the offset are taken out of the middle of a log. */
    PartitionMetadata withRewrittenBelow(long offset) {
        return new PartitionMetadata(topicId, startOffset, Math.max(rewrittenBelow, offset));
    }
}
