package io.polestar.broker.hub.ledger;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The entries, newest state each, and which of them are still to be written. At most {@value #MAX_ENTRIES}: the oldest go. Guarded
 * by its own monitor.
 */
final class Entries {
    private static final Logger log = LoggerFactory.getLogger(Entries.class);
    private static final int MAX_ENTRIES = 100_000;

    private final Map<String, LedgerEntry> byId = new LinkedHashMap<>();
    private final Map<String, LedgerEntry> unwritten = new LinkedHashMap<>();
    private final List<String> removed = new ArrayList<>();

    /** The newest one of each group, cause and place, which the next may continue. */
    private final Map<List<Object>, String> newest = new LinkedHashMap<>();

    synchronized void load(Collection<LedgerEntry> stored) {
        for (LedgerEntry entry : stored) {
            byId.put(entry.id(), entry);
            newest.put(kind(entry), entry.id());
        }
    }

    private static List<Object> kind(LedgerEntry entry) {
        return List.of(
                entry.cause(),
                entry.status(),
                String.valueOf(entry.group()),
                entry.topicId(),
                entry.partition(),
                entry.line());
    }

    /** Adds an entry, or lets it continue the one it follows. */
    synchronized void add(LedgerEntry entry) {
        LedgerEntry before = byId.get(newest.getOrDefault(kind(entry), ""));
        if (before != null && entry.continues(before)) {
            put(before.continuedBy(entry));
        } else {
            put(entry);
            newest.put(kind(entry), entry.id());
        }
        say(entry);
    }

    /** Counts a refusal to those of the same client, partition and error. */
    synchronized void addRefusal(LedgerEntry refusal) {
        LedgerEntry before = byId.get(refusal.id());
        if (before == null) {
            say(refusal);
        }
        put(before == null ? refusal : refusal.addedTo(before));
    }

    private static void say(LedgerEntry entry) {
        log.atLevel(entry.status() == Status.LOST ? Level.WARN : Level.INFO)
                .log(
                        "partition={} group={} event=ledger_entry status={} cause={} from_offset={} to_offset={} error={} by=\"{}\"",
                        entry.topicPartition(),
                        entry.group(),
                        entry.status(),
                        entry.cause(),
                        entry.fromOffset(),
                        entry.toOffset(),
                        entry.error(),
                        entry.by());
    }

    /** Puts an entry in the place of the one with its id. */
    synchronized void put(LedgerEntry entry) {
        byId.put(entry.id(), entry);
        unwritten.put(entry.id(), entry);
        if (byId.size() > MAX_ENTRIES) {
            Iterator<String> oldest = byId.keySet().iterator();
            String id = oldest.next();
            oldest.remove();
            unwritten.remove(id);
            removed.add(id);
        }
    }

    synchronized List<LedgerEntry> all(Predicate<LedgerEntry> wanted) {
        return byId.values().stream().filter(wanted).toList();
    }

    synchronized long count(Status status) {
        return byId.values().stream().filter(entry -> entry.status() == status).count();
    }

    synchronized boolean hasUnwritten() {
        return !unwritten.isEmpty() || !removed.isEmpty();
    }

    /** Those that are to be written now. */
    synchronized List<LedgerEntry> takeUnwritten() {
        List<LedgerEntry> taken = List.copyOf(unwritten.values());
        unwritten.clear();
        return taken;
    }

    synchronized List<String> takeRemoved() {
        List<String> taken = List.copyOf(removed);
        removed.clear();
        return taken;
    }

    /** They could not be written; what is newer stays. */
    synchronized void giveBack(List<LedgerEntry> entries) {
        entries.forEach(entry -> unwritten.putIfAbsent(entry.id(), entry));
    }
}
