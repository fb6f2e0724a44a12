package io.polestar.storage;

/**
 * What a log must be told; from the topic's configs.
 *
 * @param segmentBytes {@code segment.bytes}: bytes of batches after which a segment is rolled
 * @param segmentMs {@code segment.ms}: milliseconds after a segment's first append after which the next append rolls it
 * @param maxBatchBytes {@code max.message.bytes}: bytes of the largest batch that may be appended
 */
public record LogSettings(int segmentBytes, long segmentMs, int maxBatchBytes) {
    public LogSettings {
        if (segmentBytes < 1 || segmentMs < 1 || maxBatchBytes < 0) {
            throw new IllegalArgumentException("segmentBytes " + segmentBytes + ", segmentMs " + segmentMs
                    + ", maxBatchBytes " + maxBatchBytes + ": must be positive");
        }
    }
}
