package io.polestar.storage.chronicle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a log knew of its segments when its queue was closed. Removed before the next change, so that its presence says
 * that the segments are as they were left.
 *
 * @param segments in order, the active one last
 * @param forced whether all of them were on the device
 * @param bootId the run of the operating system it was written in: what was not forced is sure in the same run only
 */
record LogCheckpoint(List<SegmentSummary> segments, boolean forced, String bootId) {

    static final String FILE = "log.checkpoint";
    private static final int KIND = 'P' << 24 | 'L' << 16 | 'C' << 8 | 1;

    /** Not forced itself: without it the next open reads the segments. */
    void write(Path directory) throws IOException {
        byte[] boot = bootId.getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer payload = ByteBuffer.allocate(
                1 + Short.BYTES + boot.length + Integer.BYTES + segments.size() * SegmentSummary.BYTES);
        payload.put((byte) (forced ? 1 : 0))
                .putShort((short) boot.length)
                .put(boot)
                .putInt(segments.size());
        segments.forEach(segment -> segment.write(payload));
        CheckedFile.write(directory.resolve(FILE), KIND, payload.rewind());
    }

    static void remove(Path directory) throws IOException {
        Files.deleteIfExists(directory.resolve(FILE));
    }

    static Optional<LogCheckpoint> read(Path directory) throws IOException {
        return CheckedFile.read(directory.resolve(FILE), KIND).map(LogCheckpoint::parse);
    }

    private static LogCheckpoint parse(ByteBuffer payload) {
        boolean forced = payload.get() == 1;
        byte[] boot = new byte[payload.getShort()];
        payload.get(boot);
        int count = payload.getInt();
        List<SegmentSummary> segments = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            segments.add(SegmentSummary.read(payload));
        }
        return new LogCheckpoint(segments, forced, new String(boot, StandardCharsets.ISO_8859_1));
    }

    /** Where the log ended. */
    long nextOffset() {
        return segments.isEmpty() ? 0 : segments.get(segments.size() - 1).nextOffset();
    }

    /** Whether what it speaks of cannot have been taken by a power cut. */
    boolean holds(String currentBootId) {
        return !segments.isEmpty() && (forced || bootId.equals(currentBootId));
    }

    /** Whether the files in the folder are those it speaks of, and nothing was written to them since. */
    boolean isOf(Path directory, String currentBootId) throws IOException {
        if (!holds(currentBootId)) {
            return false;
        }
        List<Integer> expected = segments.stream()
                .filter(segment -> !segment.isEmpty())
                .map(SegmentSummary::number)
                .toList();
        return SegmentFile.numbers(directory).equals(expected) && !isContinued(directory);
    }

    private boolean isContinued(Path directory) throws IOException {
        for (int i = segments.size() - 1; i >= 0; i--) {
            if (!segments.get(i).isEmpty()) {
                return SegmentScan.continuesBehind(directory, segments.get(i));
            }
        }
        return false;
    }
}
