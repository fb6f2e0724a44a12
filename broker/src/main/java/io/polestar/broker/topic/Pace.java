package io.polestar.broker.topic;

/** Told of the bytes that compaction reads and writes; may wait, so that they are not too many a second. */
@FunctionalInterface
interface Pace {

    /** @throws CompactionStoppedException if compaction is to end where it is */
    void spend(long bytes);
}
