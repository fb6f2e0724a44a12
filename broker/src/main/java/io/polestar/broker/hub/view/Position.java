package io.polestar.broker.hub.view;

/**
 * How far a view has taken a source's partition.
 *
 * @param next the source's offset at which to go on
 * @param epoch the source's leader epoch of what was taken last: it tells a log that lost its end in a power cut
 */
record Position(long next, int epoch) {}
