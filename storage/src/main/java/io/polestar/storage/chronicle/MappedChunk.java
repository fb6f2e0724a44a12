package io.polestar.storage.chronicle;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.kafka.common.utils.ByteBufferUnmapper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A read-only mapping of a part of a segment's file. It lives while somebody holds it, also after the file was deleted,
 * and is unmapped by the last release. Safe for use from any thread.
 */
final class MappedChunk {

    private static final Logger LOG = LoggerFactory.getLogger(MappedChunk.class);
    private static final VarHandle HOLDERS;

    static {
        try {
            HOLDERS = MethodHandles.lookup().findVarHandle(MappedChunk.class, "holders", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final ByteBuffer memory;
    private final long start;
    private volatile int holders = 1;

    private MappedChunk(ByteBuffer memory, long start) {
        this.memory = memory;
        this.start = start;
    }

    /** Maps at most {@code maxBytes} from {@code start} on, less where the file ends before; held once by the caller. */
    static MappedChunk map(Path file, long start, long maxBytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long bytes = Math.max(0, Math.min(maxBytes, channel.size() - start));
            return new MappedChunk(channel.map(MapMode.READ_ONLY, start, bytes), start);
        }
    }

    boolean covers(long position, long length) {
        return position >= start && position + length <= start + memory.capacity();
    }

    /** The mapped memory; index 0 is at the chunk's start. Big endian. */
    ByteBuffer memory() {
        return memory;
    }

    int indexOf(long position) {
        return (int) (position - start);
    }

    /** The first four bytes of an excerpt, as Chronicle writes them: little endian. */
    int excerptWord(long position) {
        return Integer.reverseBytes(memory.getInt(indexOf(position)));
    }

    long end() {
        return start + memory.capacity();
    }

    ByteBuffer slice(long position, int length) {
        return memory.slice(indexOf(position), length);
    }

    boolean tryHold() {
        int count = holders;
        while (count > 0) {
            if (HOLDERS.weakCompareAndSet(this, count, count + 1)) {
                return true;
            }
            count = holders;
        }
        return false;
    }

    void release() {
        int left = (int) HOLDERS.getAndAdd(this, -1) - 1;
        if (left == 0) {
            unmap();
        } else if (left < 0) {
            throw new IllegalStateException("released more often than held");
        }
    }

    private void unmap() {
        if (memory.capacity() == 0) {
            return;
        }
        try {
            ByteBufferUnmapper.unmap("segment", memory);
        } catch (IOException e) {
            LOG.error("cannot unmap {} bytes of a segment", memory.capacity(), e);
        }
    }
}
