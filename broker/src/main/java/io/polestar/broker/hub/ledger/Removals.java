package io.polestar.broker.hub.ledger;

import io.polestar.broker.topic.LossListener;
import io.polestar.broker.topic.OffsetRange;
import io.polestar.broker.topic.Partition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees what leaves the logs before a group has read it. What is about to go is looked at before it goes: whether there are records for
 * a reader among it. Safe for use from any thread; a partition's removals follow each other.
 */
final class Removals implements LossListener {

    private static final Logger log = LoggerFactory.getLogger(Removals.class);

    /** What one group loses, if the removal is done. */
    private record Going(Accounts.Behind behind, Optional<OffsetRange> data, List<OffsetRange> unread) {}

    private final Map<TopicPartition, List<Going>> going = new ConcurrentHashMap<>();
    private final Accounts accounts;
    private final Entries entries;
    private final SequenceGaps gaps;
    private final ViewLosses views;
    private final Runnable write;
    private final Runnable writeSoon;

    /**
     * @param write has the entries written
     * @param writeSoon the same, for what may come often
     */
    Removals(
            Accounts accounts,
            Entries entries,
            SequenceGaps gaps,
            ViewLosses views,
            Runnable write,
            Runnable writeSoon) {
        this.accounts = accounts;
        this.entries = entries;
        this.gaps = gaps;
        this.views = views;
        this.write = write;
        this.writeSoon = writeSoon;
    }

    @Override
    public void onRemoving(Partition partition, long toOffset) {
        try {
            look(partition, toOffset);
            views.onRemoving(partition);
        } catch (RuntimeException e) {
            log.error("partition={} event=ledger_look_failed to_offset={}", partition.topicPartition(), toOffset, e);
        }
    }

    private void look(Partition partition, long toOffset) {
        List<Going> all = new ArrayList<>();
        for (Accounts.Behind behind : accounts.behind(partition, toOffset)) {
            List<OffsetRange> unread = new ArrayList<>();
            behind.unread().forEach(range -> FirstData.in(partition, range).ifPresent(unread::add));
            all.add(new Going(behind, FirstData.in(partition, behind.uncommitted()), unread));
        }
        if (!all.isEmpty()) {
            going.put(partition.topicPartition(), all);
        }
    }

    @Override
    public void onRemoved(Removal removal) {
        LossCause cause = LossCause.of(removal.cause());
        List<Going> gone = going.remove(removal.topicPartition());
        if (gone != null) {
            for (Going each : gone) {
                accounts.removed(each.behind, each.data, each.unread, removal.toOffset(), cause)
                        .forEach(lost -> entries.add(lost.entry()));
            }
            write.run();
        }
        if (views.onRemoved(removal)) {
            writeSoon.run();
        }
        if (cause == LossCause.TOPIC_DELETED) {
            accounts.close(removal.topicPartition(), removal.topicId().toString());
        }
    }

    @Override
    public long unreadFrom(Partition partition) {
        return accounts.unreadFrom(partition);
    }

    /** That a key was deleted is lost to who did not read it; that it had an older value is not. */
    @Override
    public void onCompacted(Compacted compacted) {
        Status status = compacted.tombstones() ? Status.LOST : Status.SUPERSEDED;
        accounts.compacted(compacted.partition(), compacted.ranges(), status)
                .forEach(unread -> entries.add(unread.entry()));
        write.run();
    }

    /** A batch that is too large comes again in parts, if its client can divide it. */
    @Override
    public void onRefused(Refusal refusal) {
        RefusedBatch batch = refusal.batch();
        boolean divided = refusal.splits() && refusal.error() == Errors.MESSAGE_TOO_LARGE && batch.records() > 1;
        if (refusal.error() == Errors.OUT_OF_ORDER_SEQUENCE_NUMBER) {
            gaps.note(refusal);
        } else if (!divided) {
            entries.addRefusal(LedgerEntry.refused(
                    refusal.topicPartition(),
                    refusal.error().name(),
                    refusal.clientId(),
                    batch.records(),
                    refusal.atMs()));
            writeSoon.run();
        }
    }

    /** The group's reader asks for what is gone: what it was handed before, it did not get done with. */
    @Override
    public void onLateRead(LateRead read) {
        accounts.late(read.topicPartition(), read.clientId(), read.offset(), read.startOffset())
                .ifPresent(late -> late.missing().ifPresent(missing -> {
                    Account account = late.account();
                    String topicId = read.topicId().toString();
                    List<LedgerEntry> known = entries.all(entry -> entry.isOfGroup(
                            account.group, topicId, read.topicPartition().partition()));
                    confirm(known, missing, read.atMs());
                    missing.without(known.stream().map(LedgerEntry::range).toList())
                            .forEach(range -> entries.add(new Suspicion(
                                            account.group,
                                            account.partition,
                                            range,
                                            true,
                                            Status.LOST,
                                            late.cause(),
                                            read.clientId(),
                                            read.atMs())
                                    .entry()));
                    write.run();
                }));
    }

    private void confirm(List<LedgerEntry> known, OffsetRange missing, long atMs) {
        for (LedgerEntry entry : known) {
            boolean within = entry.range().without(List.of(missing)).isEmpty();
            if (within && entry.status() == Status.UNVERIFIED) {
                entries.put(entry.with(Status.LOST, atMs));
            }
        }
    }
}
