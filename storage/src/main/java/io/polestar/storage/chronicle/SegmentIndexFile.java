package io.polestar.storage.chronicle;

import io.polestar.storage.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A segment's summary and index on disk. A sealed one says besides that the segment is complete and on the device.
 *
 * @param summary of the segment when it was written
 * @param index the sparse index
 * @param sealed whether the segment had ended and was forced
 */
record SegmentIndexFile(SegmentSummary summary, SegmentIndex index, boolean sealed) {

    private static final int KIND = 'P' << 24 | 'S' << 16 | 'I' << 8 | 1;

    void write(Path directory) throws IOException {
        CheckedFile.write(SegmentFile.indexOf(directory, summary.number()), KIND, payload());
    }

    /** Returns when it is on the device. */
    void write(Path directory, Disk disk) throws IOException {
        CheckedFile.write(SegmentFile.indexOf(directory, summary.number()), KIND, payload(), disk);
    }

    private ByteBuffer payload() {
        long[] entries = index.entries();
        int longs = index.count() * SegmentIndex.WIDTH;
        ByteBuffer payload = ByteBuffer.allocate(1 + SegmentSummary.BYTES + longs * Long.BYTES);
        payload.put((byte) (sealed ? 1 : 0));
        summary.write(payload);
        payload.asLongBuffer().put(entries, 0, longs);
        return payload.rewind();
    }

    static Optional<SegmentIndexFile> read(Path directory, int number) throws IOException {
        return CheckedFile.read(SegmentFile.indexOf(directory, number), KIND)
                .map(SegmentIndexFile::parse)
                .filter(file -> file.summary.number() == number && file.index.count() > 0);
    }

    /** The summary of a segment that is known to be complete and on the device. */
    static Optional<SegmentSummary> readSealed(Path directory, int number) throws IOException {
        return read(directory, number).filter(SegmentIndexFile::sealed).map(SegmentIndexFile::summary);
    }

    private static SegmentIndexFile parse(ByteBuffer payload) {
        boolean sealed = payload.get() == 1;
        SegmentSummary summary = SegmentSummary.read(payload);
        LongBuffer longs = payload.asLongBuffer();
        long[] entries = new long[longs.remaining()];
        longs.get(entries);
        return new SegmentIndexFile(summary, new SegmentIndex(entries, entries.length / SegmentIndex.WIDTH), sealed);
    }
}
