package io.polestar.storage.chronicle;

import io.polestar.storage.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.CRC32C;

/** A small binary file with a kind, a version and a checksum: what does not match counts as absent. Stateless. */
final class CheckedFile {

    private static final int HEAD = 3 * Integer.BYTES;

    private CheckedFile() {}

    /** @param kind four characters that name the format, with its version */
    static void write(Path file, int kind, ByteBuffer payload) throws IOException {
        DurableFile.replace(file, content(kind, payload));
    }

    /** As {@link #write(Path, int, ByteBuffer)}, and returns when it is on the device. */
    static void write(Path file, int kind, ByteBuffer payload, Disk disk) throws IOException {
        DurableFile.replace(file, content(kind, payload), disk);
    }

    private static byte[] content(int kind, ByteBuffer payload) {
        ByteBuffer content = ByteBuffer.allocate(HEAD + payload.remaining());
        content.putInt(kind)
                .putInt(payload.remaining())
                .putInt(checksum(payload))
                .put(payload.duplicate());
        return content.array();
    }

    /** Empty if there is none, or it is damaged or of another format. */
    static Optional<ByteBuffer> read(Path file, int kind) throws IOException {
        ByteBuffer content;
        try {
            content = ByteBuffer.wrap(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        if (content.remaining() < HEAD || content.getInt() != kind || content.getInt() != content.limit() - HEAD) {
            return Optional.empty();
        }
        int checksum = content.getInt();
        return checksum(content) == checksum ? Optional.of(content) : Optional.empty();
    }

    private static int checksum(ByteBuffer payload) {
        CRC32C crc = new CRC32C();
        crc.update(payload.duplicate());
        return (int) crc.getValue();
    }
}
