package io.polestar.broker.hub.ledger;

import io.polestar.broker.group.GroupListener;
import io.polestar.broker.topic.OffsetRange;
import io.polestar.broker.topic.Partition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicPartition;

/**
 * How far each group is in each partition. Sees commits that jump over records that the group was not handed. Guarded by its
 * own monitor, which is held for a comparison of offsets; told on the coordinators' threads.
 */
final class Accounts implements GroupListener {
    private static final String INTERNAL = "__";

    private final Map<TopicPartition, Map<String, Account>> byPartition = new HashMap<>();
    private final Map<String, Committer> committers = new HashMap<>();
    private final Readers readers = new Readers();
    private final Function<TopicPartition, Optional<Partition>> partitions;
    private final LongSupplier nowMs;
    private final Consumer<Suspicion> suspicions;
    private final Set<String> sharing = new HashSet<>();
    private Checkpoint checkpoint = Checkpoint.NONE;

    /** Whether the last run did not end with a kill, so that it is known what clients hold that they were handed then. */
    private boolean knowsAll;

    /**
     * @param partitions finds those that are hosted
     * @param suspicions takes what is to be looked at; must not block
     */
    Accounts(
            Function<TopicPartition, Optional<Partition>> partitions,
            LongSupplier nowMs,
            Consumer<Suspicion> suspicions) {
        this.partitions = partitions;
        this.nowMs = nowMs;
        this.suspicions = suspicions;
    }

    /** What was known at the last stop. To be given before a coordinator loads. */
    synchronized void resumeFrom(Checkpoint last) {
        checkpoint = last;
    }

    /** No client holds records that it was handed without our knowing. */
    synchronized void knowAll() {
        knowsAll = true;
    }

    @Override
    public synchronized void onMember(String group, String clientId) {
        readers.addMember(group, clientId);
    }

    /** A share group: of what lies behind the offset that it committed, some may be done already. */
    synchronized void onSharing(String group, String reader) {
        sharing.add(group);
        readers.addMember(group, reader);
    }

    @Override
    public synchronized void onCommitAsked(String group, Committer committer) {
        committers.put(group, committer);
        readers.add(group, committer.clientId());
    }

    /** What it leaves behind matters as long as it has offsets. */
    @Override
    public synchronized void onGroupGone(String group) {
        boolean hasOffsets = byPartition.values().stream().anyMatch(groups -> groups.containsKey(group));
        if (!hasOffsets) {
            readers.forget(group);
            committers.remove(group);
            sharing.remove(group);
        }
    }

    @Override
    public synchronized void onForgotten(String group, TopicPartition topicPartition) {
        Map<String, Account> groups = byPartition.getOrDefault(topicPartition, Map.of());
        Account account = groups.get(group);
        // Of a topic that is being deleted it is wanted once more, when the records go; if there are any.
        if (account != null && (isHosted(account.partition) || isEmpty(account.partition))) {
            groups.remove(group);
        }
    }

    private static boolean isEmpty(Partition partition) {
        return partition.logStartOffset() >= partition.logEndOffset();
    }

    private boolean isHosted(Partition partition) {
        return partitions
                .apply(partition.topicPartition())
                .filter(partition::equals)
                .isPresent();
    }

    @Override
    public synchronized void onCommitted(String group, TopicPartition topicPartition, long offset, boolean loaded) {
        if (topicPartition.topic().startsWith(INTERNAL)) {
            return;
        }
        partitions.apply(topicPartition).ifPresent(partition -> {
            Map<String, Account> groups = byPartition.computeIfAbsent(topicPartition, key -> new HashMap<>());
            Account account = groups.get(group);
            if (account == null || account.partition != partition) {
                groups.put(group, open(group, partition, offset, loaded));
            } else if (loaded) {
                load(account, offset);
            } else {
                commit(account, offset);
            }
        });
    }

    /** What lies below a group's first offset is not its business. */
    private Account open(String group, Partition partition, long offset, boolean loaded) {
        Account account = new Account(group, partition, offset, offset, knowsAll);
        if (loaded) {
            load(account, offset);
        } else {
            account.exact |= hasReadUpTo(readers.readBy(group, partition), offset);
        }
        return account;
    }

    /** What was removed before was looked at when it went. */
    private void load(Account account, long offset) {
        Optional<Checkpoint.Place> known = checkpoint.place(account.group, account.partition, offset);
        account.committed = offset;
        account.accountedTo = Math.max(
                Math.max(account.accountedTo, offset),
                Math.max(known.map(Checkpoint.Place::accountedTo).orElse(0L), account.partition.logStartOffset()));
        account.exact = known.map(Checkpoint.Place::exact).orElse(false);
    }

    private void commit(Account account, long offset) {
        Partition partition = account.partition;
        OffsetRange moved = new OffsetRange(account.accountedTo, Math.min(offset, partition.highWatermark()));
        if (!moved.isEmpty()) {
            List<OffsetRange> read = readers.readBy(account.group, partition);
            if (isMovedFromOutside(account, offset)) {
                noteReset(account, moved, read);
            } else {
                noteJump(account, moved.without(read), read);
            }
            account.exact |= hasReadUpTo(read, offset);
            account.accountedTo = moved.to();
            account.late = false;
        }
        account.committed = offset;
    }

    private static boolean hasReadUpTo(List<OffsetRange> read, long offset) {
        return read.stream().anyMatch(range -> Account.touches(range, offset));
    }

    /** Whether who commits is no member and has not read up to there. */
    private boolean isMovedFromOutside(Account account, long offset) {
        Committer committer = committers.get(account.group);
        return committer != null
                && !committer.member()
                && !hasReadUpTo(account.partition.readTrails().of(committer.clientId()::equals), offset);
    }

    private void noteJump(Account account, List<OffsetRange> missing, List<OffsetRange> read) {
        Committer committer = committers.get(account.group);
        LossCause cause = account.late ? LossCause.OFFSET_RESET : LossCause.COMMIT_JUMP;
        String by = committer == null ? null : committer.clientId();
        split(account, missing, account.knownFrom(read), cause, by).forEach(suspicions);
    }

    /** What members were handed counts only where there are none: then somebody else may commit what is done. */
    private void noteReset(Account account, OffsetRange moved, List<OffsetRange> read) {
        Committer committer = committers.get(account.group);
        String by = committer.clientId() + " (" + committer.origin() + ")";
        List<OffsetRange> unread = moved.without(read);
        split(account, unread, account.knownFrom(read), LossCause.GROUP_RESET, by)
                .forEach(suspicions);
        if (readers.hasMembers(account.group) && !sharing.contains(account.group)) {
            for (OffsetRange range : moved.without(unread)) {
                suspicions.accept(new Suspicion(
                        account.group,
                        account.partition,
                        range,
                        true,
                        Status.LOST,
                        LossCause.GROUP_RESET,
                        by,
                        nowMs.getAsLong()));
            }
        }
    }

    private List<Suspicion> split(
            Account account, List<OffsetRange> missing, long knownFrom, LossCause cause, String by) {
        List<Suspicion> parts = new ArrayList<>();
        for (OffsetRange range : missing) {
            long middle = Math.min(range.to(), Math.max(range.from(), knownFrom));
            add(parts, account, new OffsetRange(range.from(), middle), Status.UNVERIFIED, cause, by);
            add(parts, account, new OffsetRange(middle, range.to()), Status.LOST, cause, by);
        }
        return parts;
    }

    private void add(
            List<Suspicion> parts, Account account, OffsetRange range, Status status, LossCause cause, String by) {
        if (!range.isEmpty()) {
            parts.add(new Suspicion(
                    account.group, account.partition, range, false, status, cause, by, nowMs.getAsLong()));
        }
    }

    /** The first offset that a group may still have to read; {@link Long#MAX_VALUE} without groups. */
    synchronized long unreadFrom(Partition partition) {
        return of(partition.topicPartition()).stream()
                .filter(account -> account.partition == partition)
                .mapToLong(account -> account.accountedTo)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /** The groups that were not handed what compaction removed, and where that was. */
    synchronized List<Suspicion> compacted(Partition partition, List<OffsetRange> ranges, Status status) {
        List<Suspicion> unread = new ArrayList<>();
        for (Account account : of(partition.topicPartition())) {
            List<OffsetRange> read = new ArrayList<>(readers.readBy(account.group, partition));
            read.add(new OffsetRange(0, account.accountedTo));
            for (OffsetRange range : ranges) {
                range.without(read).forEach(left -> add(unread, account, left, status, LossCause.COMPACTED_AWAY, null));
            }
        }
        return unread;
    }

    /** A group that has not committed all of what is to go. */
    record Behind(Account account, OffsetRange uncommitted, List<OffsetRange> unread, long knownFrom) {}

    /** The groups for which something is below the offset that they did not commit. */
    synchronized List<Behind> behind(Partition partition, long toOffset) {
        List<Behind> behind = new ArrayList<>();
        long start = partition.logStartOffset();
        for (Account account : of(partition.topicPartition())) {
            OffsetRange uncommitted = new OffsetRange(Math.max(start, account.committed), toOffset);
            if (account.partition == partition && !uncommitted.isEmpty()) {
                List<OffsetRange> read = readers.readBy(account.group, partition);
                OffsetRange unaccounted = new OffsetRange(Math.max(start, account.accountedTo), toOffset);
                behind.add(new Behind(account, uncommitted, unaccounted.without(read), account.knownFrom(read)));
            }
        }
        return behind;
    }

    private Collection<Account> of(TopicPartition topicPartition) {
        return byPartition.getOrDefault(topicPartition, Map.of()).values();
    }

    /**
     * What a group did not commit is gone.
     *
     * @param data where it held records; empty for nowhere
     * @param unread what of it the group was not handed
     */
    synchronized List<Suspicion> removed(
            Behind behind, Optional<OffsetRange> data, List<OffsetRange> unread, long toOffset, LossCause cause) {
        Account account = behind.account();
        List<OffsetRange> missing = new ArrayList<>();
        for (OffsetRange range : unread) {
            OffsetRange left = new OffsetRange(Math.max(range.from(), account.accountedTo), range.to());
            if (!left.isEmpty()) {
                missing.add(left);
            }
        }
        account.accountedTo = Math.max(account.accountedTo, toOffset);
        data.ifPresent(range -> account.noteRemoved(range, cause));
        return split(account, missing, behind.knownFrom(), cause, null);
    }

    /** The topic is gone: so are its accounts. */
    synchronized void close(TopicPartition topicPartition, String topicId) {
        Map<String, Account> groups = byPartition.getOrDefault(topicPartition, new HashMap<>());
        groups.values()
                .removeIf(account -> account.partition.topicId().toString().equals(topicId));
        if (groups.isEmpty()) {
            byPartition.remove(topicPartition);
        }
    }

    /** A group that asked for records that were gone, and which of them it had not committed and were data. */
    record Late(Account account, Optional<OffsetRange> missing, LossCause cause) {}

    /** The group that came too late; empty if it cannot be told which one it was. */
    synchronized Optional<Late> late(TopicPartition topicPartition, String clientId, long offset, long startOffset) {
        List<Account> candidates = of(topicPartition).stream()
                .filter(account -> readers.reads(account.group, clientId))
                .toList();
        if (candidates.size() != 1) {
            return Optional.empty();
        }
        Account account = candidates.get(0);
        account.late = true;
        OffsetRange wanted = new OffsetRange(Math.max(offset, account.committed), startOffset);
        Optional<OffsetRange> missing = Optional.ofNullable(account.removed)
                .map(removed ->
                        new OffsetRange(Math.max(wanted.from(), removed.from()), Math.min(wanted.to(), removed.to())))
                .filter(range -> !range.isEmpty());
        return Optional.of(new Late(account, missing, account.removedBy));
    }

    /** Why what a group did not commit was removed last; empty if nothing was. */
    synchronized Optional<LossCause> removedBy(String group, Partition partition) {
        return of(partition.topicPartition()).stream()
                .filter(account -> account.partition == partition && account.group.equals(group))
                .findFirst()
                .map(account -> account.removedBy);
    }

    /** What the group was handed in this run; nothing if it has no account there. */
    synchronized List<OffsetRange> readBy(String group, TopicPartition topicPartition) {
        return partitions
                .apply(topicPartition)
                .map(partition -> readers.readBy(group, partition))
                .orElse(List.of());
    }

    /** A line of the audit. */
    record Place(
            String group, Partition partition, long committed, long accountedTo, boolean exact, long deliveredTo) {}

    synchronized List<Place> places() {
        List<Place> places = new ArrayList<>();
        byPartition.values().forEach(groups -> groups.values().forEach(account -> places.add(place(account))));
        return places;
    }

    private Place place(Account account) {
        long delivered = readers.readBy(account.group, account.partition).stream()
                .filter(range -> Account.touches(range, account.accountedTo))
                .mapToLong(OffsetRange::to)
                .max()
                .orElse(account.accountedTo);
        return new Place(
                account.group, account.partition, account.committed, account.accountedTo, account.exact, delivered);
    }
}
