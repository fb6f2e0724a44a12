package io.polestar.broker.hub.ledger;

import io.polestar.broker.group.GroupListener.Committer;
import io.polestar.broker.share.ShareListener;
import io.polestar.broker.topic.OffsetRange;
import io.polestar.broker.topic.Partition;
import io.polestar.broker.topic.ReadTrails;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicPartition;

/**
 * Keeps the {@link Accounts} of share groups: a group's start offset is what other groups commit, and its members read together. Told
 * on the share coordinator's threads; safe for use from any.
 */
final class ShareAccounts implements ShareListener {
    private final Accounts accounts;
    private final Function<TopicPartition, Optional<Partition>> partitions;
    private final LongSupplier nowMs;
    private final Consumer<Suspicion> suspicions;

    /**
     * @param partitions finds those that are hosted
     * @param suspicions takes what is to be looked at; must not block
     */
    ShareAccounts(
            Accounts accounts,
            Function<TopicPartition, Optional<Partition>> partitions,
            LongSupplier nowMs,
            Consumer<Suspicion> suspicions) {
        this.accounts = accounts;
        this.partitions = partitions;
        this.nowMs = nowMs;
        this.suspicions = suspicions;
    }

    @Override
    public void onState(State state) {
        String reader = ReadTrails.shareGroup(state.group());
        accounts.onSharing(state.group(), reader);
        if (!state.reset()) {
            accounts.onCommitAsked(state.group(), new Committer(reader, "", true));
        }
        if (state.loaded()) {
            noteDone(state, reader);
        }
        accounts.onCommitted(state.group(), state.topicPartition(), state.startOffset(), state.loaded());
    }

    /** What was acknowledged before this run. */
    private void noteDone(State state, String reader) {
        partitions
                .apply(state.topicPartition())
                .ifPresent(partition ->
                        state.done().forEach(range -> partition.readTrails().note(reader, range.from(), range.to())));
    }

    @Override
    public void onForgotten(String group, TopicPartition topicPartition) {
        accounts.onForgotten(group, topicPartition);
        accounts.onGroupGone(group);
    }

    @Override
    public void onGivenUp(String group, Partition partition, OffsetRange range, GivenUp reason) {
        Optional<LossCause> cause = switch (reason) {
            case REJECTED -> Optional.of(LossCause.REJECTED);
            case DELIVERED_TOO_OFTEN -> Optional.of(LossCause.DELIVERED_TOO_OFTEN);
            case REMOVED -> accounts.removedBy(group, partition);
        };
        Status status = reason == GivenUp.REJECTED ? Status.REJECTED : Status.LOST;
        cause.ifPresent(each ->
                suspicions.accept(new Suspicion(group, partition, range, true, status, each, null, nowMs.getAsLong())));
    }
}
