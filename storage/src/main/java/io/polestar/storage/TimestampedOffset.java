package io.polestar.storage;

/**
 * A record found by its time.
 *
 * @param offset the record's offset
 * @param timestampMs the record's timestamp, milliseconds since the epoch
 * @param leaderEpoch the leader epoch of its batch
 */
public record TimestampedOffset(long offset, long timestampMs, int leaderEpoch) {}
