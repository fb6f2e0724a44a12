package io.polestar.broker.hub.ledger;

import io.polestar.broker.topic.OffsetRange;
import io.polestar.broker.topic.Partition;

/**
 * Offsets that a group did not see: an entry, if there are data among them.
 *
 * @param handedOut whether a member was handed them, and nobody said that it was done with them
 */
record Suspicion(
        String group,
        Partition partition,
        OffsetRange range,
        boolean handedOut,
        Status status,
        LossCause cause,
        String by,
        long atMs) {

    LedgerEntry entry() {
        return entry(range);
    }

    /** @param withData the part of the range that counts */
    LedgerEntry entry(OffsetRange withData) {
        return LedgerEntry.missed(this, withData);
    }
}
