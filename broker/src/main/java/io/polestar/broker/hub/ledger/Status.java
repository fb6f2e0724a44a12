package io.polestar.broker.hub.ledger;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What an entry says today. */
enum Status {
    /** The group did not see the records. */
    LOST,
    /** It perhaps did, before the broker was killed: what was handed out by then is not known. */
    UNVERIFIED,
    /** It skipped them, and read them afterwards. */
    READ_LATER,
    /** Compaction removed them before the group read them: their keys have newer values, which it reads. */
    SUPERSEDED,
    /** Their producer sent later ones, but never these: it gave them up. */
    NEVER_STORED,
    /** A client says so of itself. */
    REPORTED,
    /** A member of a share group said that they cannot be processed. */
    REJECTED,
    /** They were not taken; the producer knows. */
    REFUSED;

    @JsonValue
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
