package io.polestar.storage.chronicle;

import io.polestar.storage.Disk;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;

/**
 * What all logs of a store share.
 *
 * @param clock milliseconds since the epoch
 * @param disk forces what must survive a power cut
 * @param openQueues bounds how many are open
 * @param background runs what need not delay an append, one task after the other
 * @param forcer runs the forces that are asked for
 * @param ahead runs what {@link AheadWriter} does, so that it never waits for a disk
 * @param bootId names this run of the operating system
 */
record LogEnvironment(
        LongSupplier clock,
        Disk disk,
        OpenQueues openQueues,
        Executor background,
        ScheduledExecutorService forcer,
        Executor ahead,
        String bootId) {}
