package io.polestar.broker.topic;

/** Compaction ends where it is, and the log stays as it was: the broker stops, or the partition is no longer served. */
final class CompactionStoppedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CompactionStoppedException(String reason) {
        super(reason);
    }
}
