package io.polestar.broker.hub.view;

import io.polestar.storage.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a partition of a view had come to in each source when its log had a certain end. What came later is read from the
 * log. Replaced as a whole; one thread at a time.
 */
final class PositionsFile {
    private static final Logger log = LoggerFactory.getLogger(PositionsFile.class);
    private static final int KIND = 0x50565031; // "PVP1"
    private static final int HEAD_BYTES = 4 + 4 + 4 + 8;
    private static final int ENTRY_BYTES = 16 + 4 + 8 + 4;

    /**
     * @param version tells them from later ones, in this process
     * @param viewEnd the view's offset below which all references are in the positions
     */
    record Content(long version, long viewEnd, Map<SourceId, Position> positions) {}

    private final Path file;
    private final Disk disk;

    PositionsFile(Path file, Disk disk) {
        this.file = file;
        this.disk = disk;
    }

    /** Empty if there is none, or it is damaged. */
    Optional<Content> read() throws IOException {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
            if (bytes.remaining() >= HEAD_BYTES && bytes.getInt() == KIND && bytes.getInt() == checksum(bytes)) {
                return Optional.of(content(bytes));
            }
            log.error("file={} event=view_positions_unreadable action=rebuild_from_log", file);
            return Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private static Content content(ByteBuffer bytes) {
        int count = bytes.getInt();
        long viewEnd = bytes.getLong();
        Map<SourceId, Position> positions = new HashMap<>(count * 2);
        for (int i = 0; i < count; i++) {
            SourceId source = new SourceId(new Uuid(bytes.getLong(), bytes.getLong()), bytes.getInt());
            positions.put(source, new Position(bytes.getLong(), bytes.getInt()));
        }
        return new Content(0, viewEnd, positions);
    }

    /** Returns when it is on the device. */
    void write(Content content) throws IOException {
        Files.createDirectories(file.getParent());
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer bytes = bytes(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
        disk.force(temporary);
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        disk.forceDirectory(file.getParent());
    }

    private static ByteBuffer bytes(Content content) {
        ByteBuffer bytes = ByteBuffer.allocate(HEAD_BYTES + content.positions().size() * ENTRY_BYTES);
        bytes.putInt(KIND).putInt(0);
        bytes.putInt(content.positions().size()).putLong(content.viewEnd());
        content.positions()
                .forEach((source, position) -> bytes.putLong(source.topicId().getMostSignificantBits())
                        .putLong(source.topicId().getLeastSignificantBits())
                        .putInt(source.partition())
                        .putLong(position.next())
                        .putInt(position.epoch()));
        bytes.flip().position(2 * Integer.BYTES);
        int checksum = checksum(bytes);
        return bytes.rewind().putInt(Integer.BYTES, checksum);
    }

    private static int checksum(ByteBuffer rest) {
        CRC32C crc = new CRC32C();
        crc.update(rest.duplicate());
        return (int) crc.getValue();
    }

    void delete() throws IOException {
        Files.deleteIfExists(file);
    }
}
