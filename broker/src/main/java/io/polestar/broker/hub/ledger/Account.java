package io.polestar.broker.hub.ledger;

import io.polestar.broker.topic.OffsetRange;
import io.polestar.broker.topic.Partition;
import java.util.List;

/** How far one group is in one partition. Guarded by {@link Accounts}. */
final class Account {
    final String group;
    final Partition partition;

    /** The group's committed offset. */
    long committed;

    /** Everything below it was handed to the group, stands in an entry, or was there before the group's first commit. */
    long accountedTo;

    /** Whether it is known what was handed to the group behind {@link #accountedTo}: not after the broker was killed. */
    boolean exact;

    /** What was removed although it was not committed, where it held data; null for nothing. */
    OffsetRange removed;

    LossCause removedBy;

    /** A reader came too late for its offset, and has not committed since. */
    boolean late;

    Account(String group, Partition partition, long committed, long accountedTo, boolean exact) {
        this.group = group;
        this.partition = partition;
        this.committed = committed;
        this.accountedTo = accountedTo;
        this.exact = exact;
    }

    /**
     * Where what is missing begins to be known: below it the group may have read before the broker was killed.
     *
     * @param read what the group was handed in this run
     */
    long knownFrom(List<OffsetRange> read) {
        if (exact) {
            return 0;
        }
        long first = Long.MAX_VALUE;
        for (OffsetRange range : read) {
            if (touches(range, accountedTo)) {
                return accountedTo;
            }
            if (range.from() > accountedTo) {
                first = Math.min(first, range.from());
            }
        }
        return first;
    }

    /** Whether somebody read up to the offset, or from it on. */
    static boolean touches(OffsetRange range, long offset) {
        return range.from() <= offset && offset <= range.to();
    }

    void noteRemoved(OffsetRange range, LossCause cause) {
        removed = removed == null ? range : new OffsetRange(Math.min(removed.from(), range.from()), range.to());
        removedBy = cause;
    }
}
