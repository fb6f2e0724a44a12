package io.polestar.broker.hub.ledger;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.polestar.broker.topic.OffsetRange;
import java.util.Objects;
import org.apache.kafka.common.TopicPartition;

/**
 * One thing that went wrong, as it stands in the ledger's topic. What continues an entry replaces it, under the same id.
 *
 * @param id the key of its record
 * @param group that did not see the records; null for refusals
 * @param topicId tells a topic from a later one of that name
 * @param partition -1 if it is not known
 * @param fromOffset the first offset; null for refusals
 * @param toOffset the offset after the last one; null for refusals
 * @param handedOut true if a member of the group was handed them, but nobody committed them
 * @param records how many were refused or never stored; null for ranges of offsets
 * @param sequences those that were never stored
 * @param source for offsets of a view: what is gone of its source; the offsets reach from the first of those records to the last
 * @param error with which they were refused
 * @param by the client, with its principal and address where it acted on its own account
 * @param firstAtMs when it began, milliseconds since the epoch
 * @param lastAtMs when it was seen last
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
record LedgerEntry(
        String id,
        Status status,
        LossCause cause,
        String group,
        String topic,
        String topicId,
        int partition,
        Long fromOffset,
        Long toOffset,
        Boolean handedOut,
        Long records,
        Sequences sequences,
        Source source,
        String error,
        String by,
        long firstAtMs,
        long lastAtMs) {

    private static final int NO_PARTITION = -1;

    /** Offsets of a view's source, from the first one to that after the last. */
    record Source(String topic, int partition, long fromOffset, long toOffset) {
        boolean isContinuedBy(Source next) {
            return topic.equals(next.topic) && partition == next.partition && toOffset == next.fromOffset;
        }

        Source continuedBy(Source next) {
            return new Source(topic, partition, fromOffset, next.toOffset);
        }
    }

    /** Sequences of an idempotent producer, from the first to the last one. */
    record Sequences(long producerId, short epoch, int first, int last) {}

    /** Offsets that a group did not see. */
    static LedgerEntry missed(Suspicion what, OffsetRange range) {
        TopicPartition where = what.partition().topicPartition();
        String topicId = what.partition().topicId().toString();
        String id = String.join(
                "/",
                what.group(),
                topicId,
                Integer.toString(where.partition()),
                what.cause().toString(),
                Long.toString(range.from()));
        return new LedgerEntry(
                id,
                what.status(),
                what.cause(),
                what.group(),
                where.topic(),
                topicId,
                where.partition(),
                range.from(),
                range.to(),
                what.handedOut() ? true : null,
                null,
                null,
                null,
                null,
                what.by(),
                what.atMs(),
                what.atMs());
    }

    /**
     * Offsets of a view that a group did not see, because they left the view's source.
     *
     * @param records how many they are; others may lie between them
     */
    static LedgerEntry goneFromView(Suspicion what, Source source, long records) {
        LedgerEntry entry = missed(what, what.range());
        String of = source.topic + "-" + source.partition;
        return new LedgerEntry(
                entry.id + "/" + of + "/" + source.fromOffset,
                entry.status,
                entry.cause,
                entry.group,
                entry.topic,
                entry.topicId,
                entry.partition,
                entry.fromOffset,
                entry.toOffset,
                null,
                records,
                null,
                source,
                null,
                null,
                entry.firstAtMs,
                entry.lastAtMs);
    }

    /** Records that a producer was told are not stored. */
    static LedgerEntry refused(TopicPartition where, String error, String clientId, long records, long atMs) {
        String id = String.join("/", "refused", clientId, where.toString(), error);
        return counted(id, Status.REFUSED, LossCause.REFUSED, where, error, clientId, records, atMs);
    }

    /** Records that a client says it could not send. */
    static LedgerEntry failedSends(String topic, String clientId, long records, long atMs) {
        String id = String.join("/", "failed-sends", clientId, topic);
        TopicPartition where = new TopicPartition(topic, NO_PARTITION);
        return counted(id, Status.REPORTED, LossCause.FAILED_SENDS, where, null, clientId, records, atMs);
    }

    private static LedgerEntry counted(
            String id,
            Status status,
            LossCause cause,
            TopicPartition where,
            String error,
            String clientId,
            long records,
            long atMs) {
        return new LedgerEntry(
                id,
                status,
                cause,
                null,
                where.topic(),
                "",
                where.partition(),
                null,
                null,
                null,
                records,
                null,
                null,
                error,
                clientId,
                atMs,
                atMs);
    }

    /** What an idempotent producer left out. */
    static LedgerEntry neverStored(
            TopicPartition where, Sequences sequences, String clientId, long firstAtMs, long lastAtMs) {
        String id = String.join(
                "/",
                "sequences",
                Long.toString(sequences.producerId),
                Short.toString(sequences.epoch),
                where.toString(),
                Integer.toString(sequences.first));
        return new LedgerEntry(
                id,
                Status.NEVER_STORED,
                LossCause.SEQUENCE_GAP,
                null,
                where.topic(),
                "",
                where.partition(),
                null,
                null,
                null,
                sequences.last - sequences.first + 1L,
                sequences,
                null,
                null,
                clientId,
                firstAtMs,
                lastAtMs);
    }

    /** What is counted, with what was before it. */
    LedgerEntry addedTo(LedgerEntry before) {
        return new LedgerEntry(
                id,
                status,
                cause,
                group,
                topic,
                topicId,
                partition,
                fromOffset,
                toOffset,
                handedOut,
                before.records + records,
                sequences,
                source,
                error,
                by,
                before.firstAtMs,
                lastAtMs);
    }

    TopicPartition topicPartition() {
        return new TopicPartition(topic, partition);
    }

    /** Of an entry with offsets. */
    OffsetRange range() {
        return new OffsetRange(fromOffset, toOffset);
    }

    boolean isOfGroup(String asked, String askedTopicId, int askedPartition) {
        return asked.equals(group) && askedTopicId.equals(topicId) && askedPartition == partition;
    }

    /** Whether the group may come back for what it skipped. */
    boolean mayBeReadLater() {
        return cause.isSkip() && status != Status.READ_LATER && handedOut == null;
    }

    /** Whether this begins where the other one, of the same kind, ends. */
    boolean continues(LedgerEntry other) {
        return fromOffset != null
                && other.fromOffset != null
                && other.isOfGroup(group, topicId, partition)
                && other.cause == cause
                && other.status == status
                && Objects.equals(other.handedOut, handedOut)
                && (source == null
                        ? other.source == null && other.toOffset.equals(fromOffset)
                        : other.source != null && other.source.isContinuedBy(source));
    }

    /** Which one it is of those of the same group and partition that may continue each other. */
    String line() {
        return source == null ? "" : source.topic + "-" + source.partition;
    }

    LedgerEntry continuedBy(LedgerEntry next) {
        return new LedgerEntry(
                id,
                status,
                cause,
                group,
                topic,
                topicId,
                partition,
                Math.min(fromOffset, next.fromOffset),
                Math.max(toOffset, next.toOffset),
                handedOut,
                source == null ? records : Long.valueOf(records + next.records),
                sequences,
                source == null ? null : source.continuedBy(next.source),
                error,
                next.by,
                firstAtMs,
                next.lastAtMs);
    }

    LedgerEntry with(Status now, long atMs) {
        return new LedgerEntry(
                id,
                now,
                cause,
                group,
                topic,
                topicId,
                partition,
                fromOffset,
                toOffset,
                handedOut,
                records,
                sequences,
                source,
                error,
                by,
                firstAtMs,
                atMs);
    }
}
