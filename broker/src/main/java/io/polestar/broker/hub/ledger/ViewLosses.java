package io.polestar.broker.hub.ledger;

import io.polestar.broker.hub.view.Referred;
import io.polestar.broker.hub.view.ViewLog;
import io.polestar.broker.topic.LossListener;
import io.polestar.broker.topic.OffsetRange;
import io.polestar.broker.topic.Partition;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * What groups of a view miss because it left the view's source. When a source is trimmed it is noted which groups have not read all of the
 * view; what they miss is found later, in one walk through the view's references for all removals since. Safe for use from any thread.
 */
final class ViewLosses {

    /** Groups of a view that had not read all of it when something was about to leave a source. */
    private record Unread(ViewLog view, List<Accounts.Behind> groups) {}

    /** What left a source of a view. */
    private record Gone(Unread unread, LossListener.Removal removal) {
        OffsetRange range() {
            return new OffsetRange(removal.fromOffset(), removal.toOffset());
        }
    }

    private record SourceId(Uuid topicId, int partition) {}

    /** Where the lost records of one removal are in the view, and how many they are. */
    private static final class Found {
        private long from = Long.MAX_VALUE;
        private long to;
        private long records;

        void add(OffsetRange part) {
            from = Math.min(from, part.from());
            to = Math.max(to, part.to());
            records += part.to() - part.from();
        }
    }

    private final Map<TopicPartition, List<Unread>> going = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<Gone> gone = new ConcurrentLinkedQueue<>();
    private final Accounts accounts;
    private volatile Function<TopicPartition, List<ViewLog>> views = source -> List.of();

    ViewLosses(Accounts accounts) {
        this.accounts = accounts;
    }

    /** @param showing which views show a partition */
    void follow(Function<TopicPartition, List<ViewLog>> showing) {
        views = showing;
    }

    void onRemoving(Partition source) {
        List<Unread> all = new ArrayList<>();
        for (ViewLog view : views.apply(source.topicPartition())) {
            List<Accounts.Behind> behind = accounts
                    .behind(view.partition(), view.partition().highWatermark())
                    .stream()
                    .filter(group -> !group.unread().isEmpty())
                    .toList();
            if (!behind.isEmpty()) {
                all.add(new Unread(view, behind));
            }
        }
        if (all.isEmpty()) {
            going.remove(source.topicPartition());
        } else {
            going.put(source.topicPartition(), all);
        }
    }

    /** @return whether there is something to find */
    boolean onRemoved(LossListener.Removal removal) {
        List<Unread> unread = going.remove(removal.topicPartition());
        if (unread != null) {
            unread.forEach(each -> gone.add(new Gone(each, removal)));
        }
        return unread != null;
    }

    /** Reads the views' logs. */
    List<LedgerEntry> find() {
        Map<ViewLog, List<Gone>> byView = new IdentityHashMap<>();
        for (Gone each = gone.poll(); each != null; each = gone.poll()) {
            byView.computeIfAbsent(each.unread.view, view -> new ArrayList<>()).add(each);
        }
        List<LedgerEntry> entries = new ArrayList<>();
        byView.forEach((view, removals) -> find(view, removals, entries));
        return entries;
    }

    private static void find(ViewLog view, List<Gone> removals, List<LedgerEntry> entries) {
        Map<SourceId, List<Gone>> bySource = new HashMap<>();
        long from = Long.MAX_VALUE;
        long to = 0;
        for (Gone each : removals) {
            SourceId id = new SourceId(
                    each.removal.topicId(), each.removal.topicPartition().partition());
            bySource.computeIfAbsent(id, source -> new ArrayList<>()).add(each);
            for (Accounts.Behind group : each.unread.groups) {
                from = Math.min(from, group.unread().get(0).from());
                to = Math.max(to, group.unread().get(group.unread().size() - 1).to());
            }
        }
        Map<Gone, Map<Accounts.Behind, Map<Status, Found>>> found = new IdentityHashMap<>();
        view.eachReferred(new OffsetRange(from, to), referred -> {
            for (Gone each : bySource.getOrDefault(new SourceId(referred.topicId(), referred.partition()), List.of())) {
                collect(each, referred, found.computeIfAbsent(each, key -> new IdentityHashMap<>()));
            }
        });
        found.forEach((each, groups) -> groups.forEach((group, parts) ->
                parts.forEach((status, part) -> entries.add(entry(view.partition(), each, group, status, part)))));
    }

    private static void collect(Gone gone, Referred referred, Map<Accounts.Behind, Map<Status, Found>> groups) {
        OffsetRange lost = referred.within(gone.range());
        if (lost.isEmpty()) {
            return;
        }
        for (Accounts.Behind group : gone.unread.groups) {
            for (OffsetRange unread : group.unread()) {
                OffsetRange part =
                        new OffsetRange(Math.max(lost.from(), unread.from()), Math.min(lost.to(), unread.to()));
                if (!part.isEmpty()) {
                    Status status = part.from() < group.knownFrom() ? Status.UNVERIFIED : Status.LOST;
                    groups.computeIfAbsent(group, key -> new EnumMap<>(Status.class))
                            .computeIfAbsent(status, key -> new Found())
                            .add(part);
                }
            }
        }
    }

    private static LedgerEntry entry(Partition view, Gone gone, Accounts.Behind group, Status status, Found found) {
        LossListener.Removal removal = gone.removal;
        Suspicion what = new Suspicion(
                group.account().group,
                view,
                new OffsetRange(found.from, found.to),
                false,
                status,
                LossCause.of(removal.cause()),
                null,
                removal.atMs());
        LedgerEntry.Source source = new LedgerEntry.Source(
                removal.topicPartition().topic(),
                removal.topicPartition().partition(),
                removal.fromOffset(),
                removal.toOffset());
        return LedgerEntry.goneFromView(what, source, found.records);
    }
}
