package io.polestar.broker.topic;

/**
 * Sequences of an idempotent producer that were all stored, from the first to the last one; 0 follows the highest there is.
 *
 * @param epoch of the producer
 * @param firstOffset of the first one's record
 * @param lastOffset of the last one's; what retention has removed since is counted, too
 */
public record SequenceRange(short epoch, int firstSequence, int lastSequence, long firstOffset, long lastOffset) {}
