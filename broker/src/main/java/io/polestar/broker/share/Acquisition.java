package io.polestar.broker.share;

/**
 * What a member asks of one partition.
 *
 * @param strict never more than maxRecords; otherwise whole record batches
 * @param batchSize records after which the answer begins a new range, at the next record batch
 * @param maxInFlight records that may be between the start offset and the last one delivered
 * @param maxDeliveries of a record
 * @param lockedUntilMs when the member's time with the records is over
 */
record Acquisition(
        String member,
        boolean strict,
        int batchSize,
        int maxRecords,
        int maxInFlight,
        int maxDeliveries,
        long lockedUntilMs) {

    private static final int MIN_THROTTLED_DELIVERIES = 2;

    Acquisition {
        batchSize = Math.max(1, batchSize); // a range of no records would never come to an end
    }

    /** From this count on a record may be what makes consumers fail: it is delivered with ever fewer others. */
    int throttledFrom() {
        return Math.max(MIN_THROTTLED_DELIVERIES, (maxDeliveries + 1) / 2);
    }

    /** How much of a run that was delivered that often goes out at once: ever smaller parts of what it was delivered with. */
    long allowedOf(Flight flight) {
        int count = flight.deliveryCount();
        if (count < throttledFrom()) {
            return Long.MAX_VALUE;
        }
        boolean lastChance = count == maxDeliveries - 1 && maxDeliveries > MIN_THROTTLED_DELIVERIES;
        return lastChance ? 1 : Math.max(1, flight.together() >> (count - throttledFrom() + 1));
    }
}
