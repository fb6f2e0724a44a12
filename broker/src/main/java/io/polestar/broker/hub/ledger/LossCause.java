package io.polestar.broker.hub.ledger;

import com.fasterxml.jackson.annotation.JsonValue;
import io.polestar.broker.topic.LossListener;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** Why records did not reach whom they were for. */
enum LossCause {
    /** {@code retention.ms} removed them before the group read them. */
    EXPIRED_BY_TIME,
    /** {@code retention.bytes} did. */
    EXPIRED_BY_SIZE,
    /** Somebody called DeleteRecords. */
    RECORDS_DELETED,
    /** The topic was deleted. */
    TOPIC_DELETED,
    /** Compaction removed them: their keys have newer values. */
    COMPACTED_AWAY,
    /** A member committed an offset behind records that it was not handed. */
    COMMIT_JUMP,
    /** As {@link #COMMIT_JUMP}, after the group came too late for its offset: {@code auto.offset.reset} chose another one. */
    OFFSET_RESET,
    /** Somebody who was not reading moved the group's offset. */
    GROUP_RESET,
    /** A share group delivered them as often as it may, and no member accepted them. */
    DELIVERED_TOO_OFTEN,
    /** A member of a share group rejected them. */
    REJECTED,
    /** Sequences of an idempotent producer are missing between what it sent. */
    SEQUENCE_GAP,
    /** A client could not send them, by the metrics that it pushes (KIP-714). */
    FAILED_SENDS,
    /** The broker did not take them, and said so to the producer. */
    REFUSED;

    private static final Set<LossCause> SKIPS = EnumSet.of(COMMIT_JUMP, OFFSET_RESET, GROUP_RESET);

    static LossCause of(LossListener.Cause removal) {
        return switch (removal) {
            case RETENTION_TIME -> EXPIRED_BY_TIME;
            case RETENTION_SIZE -> EXPIRED_BY_SIZE;
            case DELETE_RECORDS -> RECORDS_DELETED;
            case TOPIC_DELETED -> TOPIC_DELETED;
        };
    }

    /** Whether the log may still have the records. */
    boolean isSkip() {
        return SKIPS.contains(this);
    }

    @JsonValue
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
