package io.polestar.broker.txn;

/** What a client that writes into a transaction understands (KIP-890), told by the version of its request. */
public enum ClientSupport {
    /** It adds partitions itself, and knows no TRANSACTION_ABORTABLE. */
    OLD_ERRORS,
    /** It adds partitions itself. */
    ABORTABLE_ERRORS,
    /** It relies on the broker to add the partitions it writes to. */
    ADDS_BY_WRITING;

    private static final int FIRST_PRODUCE_WITH_ABORTABLE = 11;
    private static final int FIRST_PRODUCE_THAT_ADDS = 12;
    private static final int FIRST_OFFSET_COMMIT_WITH_ABORTABLE = 4;
    private static final int FIRST_OFFSET_COMMIT_THAT_ADDS = 5;

    public static ClientSupport ofProduce(int version) {
        return of(version, FIRST_PRODUCE_WITH_ABORTABLE, FIRST_PRODUCE_THAT_ADDS);
    }

    public static ClientSupport ofTxnOffsetCommit(int version) {
        return of(version, FIRST_OFFSET_COMMIT_WITH_ABORTABLE, FIRST_OFFSET_COMMIT_THAT_ADDS);
    }

    private static ClientSupport of(int version, int firstWithAbortable, int firstThatAdds) {
        if (version >= firstThatAdds) {
            return ADDS_BY_WRITING;
        }
        return version >= firstWithAbortable ? ABORTABLE_ERRORS : OLD_ERRORS;
    }
}
