package io.polestar.storage.chronicle;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What Chronicle keeps at the head of a segment's file: the first excerpt, a metadata document whose first field is the
 * position of the last excerpt, where the next appender goes on. Stateless.
 */
final class StoreHeader {

    private static final byte[] FIELD = "writePosition".getBytes(StandardCharsets.ISO_8859_1);
    private static final int FIELD_AT = 0x1c;
    static final int VALUE_AT = 0x40;
    private static final int BYTES = VALUE_AT + Long.BYTES;

    private StoreHeader() {}

    /**
     * Position of the last excerpt as Chronicle knows it; -1 if that cannot be told. Until the header is complete the field
     * holds something else: the place of the index arrays, which Chronicle writes before it completes the header (seen in
     * SCQIndexing.initIndex of 2026.4).
     */
    static long writePosition(Path segmentFile) throws IOException {
        ByteBuffer head;
        try (InputStream file = Files.newInputStream(segmentFile)) {
            head = ByteBuffer.wrap(file.readNBytes(BYTES));
        }
        boolean known = head.limit() == BYTES
                && !Excerpt.isBegun(Integer.reverseBytes(head.getInt(0)))
                && head.slice(FIELD_AT, FIELD.length).equals(ByteBuffer.wrap(FIELD));
        return known ? Long.reverseBytes(head.getLong(VALUE_AT)) : -1;
    }
}
