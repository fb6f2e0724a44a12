package io.polestar.ops.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.kafka.common.utils.ByteBufferUnmapper;

/** The yardstick: a file that grows by mapped windows into which bytes are copied, and nothing else. For one thread. */
final class MappedFileCopy implements AutoCloseable {

    private static final int WINDOW_BYTES = 64 << 20;

    private final FileChannel channel;
    private MappedByteBuffer window;
    private long windowStart;

    MappedFileCopy(Path file) throws IOException {
        channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        window = channel.map(MapMode.READ_WRITE, 0, WINDOW_BYTES);
    }

    void append(ByteBuffer bytes) throws IOException {
        if (window.remaining() < bytes.remaining()) {
            windowStart += window.position();
            unmap();
            window = channel.map(MapMode.READ_WRITE, windowStart, WINDOW_BYTES);
        }
        int at = window.position();
        window.put(at, bytes, bytes.position(), bytes.remaining());
        window.position(at + bytes.remaining());
    }

    /** At once, or the collector would leave the pages of deleted files to be written to the disk. */
    private void unmap() throws IOException {
        ByteBufferUnmapper.unmap("benchmark", window);
    }

    @Override
    public void close() throws IOException {
        unmap();
        channel.close();
    }
}
