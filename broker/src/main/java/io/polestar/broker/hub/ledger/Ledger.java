package io.polestar.broker.hub.ledger;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.polestar.broker.group.GroupListener;
import io.polestar.broker.http.JsonPages;
import io.polestar.broker.hub.view.ViewLog;
import io.polestar.broker.share.ShareListener;
import io.polestar.broker.topic.LossListener;
import io.polestar.broker.topic.OffsetRange;
import io.polestar.broker.topic.Partition;
import io.polestar.broker.topic.Partitions;
import io.polestar.broker.topic.ProducerProgress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loss ledger. It costs produces nothing and a fetch one note of what it handed out ({@link
 * io.polestar.broker.topic.ReadTrails}); commits are compared where the coordinators write them, and everything else is done on
 * a thread of its own. Safe for use from any thread.
 */
public final class Ledger implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Ledger.class);

    /** Where the entries stand, for any client. */
    public static final String TOPIC = LedgerLog.TOPIC;

    private static final long RETRY_MS = 1_000;
    private static final long SOON_MS = 200;
    private static final long SETTLE_MS = 10_000;
    private static final long CLOSE_SECONDS = 10;

    private final Path dataDirectory;
    private final LongSupplier nowMs;
    private final ScheduledThreadPoolExecutor thread;
    private final Entries entries = new Entries();
    private final SequenceGaps gaps = new SequenceGaps(this::producersOf);
    private final Accounts accounts;
    private final ShareAccounts shares;
    private final ViewLosses viewLosses;
    private final Removals removals;
    private final AtomicBoolean writesSoon = new AtomicBoolean();
    private volatile Partitions partitions;
    private volatile LedgerLog ledgerLog;
    private volatile Checkpoint checkpoint = Checkpoint.NONE;

    /** @param nowMs the clock, in milliseconds since the epoch */
    public Ledger(Path dataDirectory, LongSupplier nowMs) {
        this.dataDirectory = dataDirectory;
        this.nowMs = nowMs;
        this.thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread created = new Thread(task, "polestar-ledger");
            created.setDaemon(true);
            return created;
        });
        this.accounts = new Accounts(this::find, nowMs, this::suspect);
        this.shares = new ShareAccounts(accounts, this::find, nowMs, this::suspect);
        this.viewLosses = new ViewLosses(accounts);
        this.removals = new Removals(accounts, entries, gaps, viewLosses, () -> later(() -> {}), this::writeSoon);
    }

    private Optional<Partition> find(TopicPartition topicPartition) {
        Partitions known = partitions;
        return known == null ? Optional.empty() : known.find(topicPartition);
    }

    private List<ProducerProgress> producersOf(TopicPartition topicPartition) {
        return find(topicPartition).map(Partition::producers).orElse(List.of());
    }

    /** To be told of what is removed. */
    public LossListener losses() {
        return removals;
    }

    /** To be told of what is committed. */
    public GroupListener groups() {
        return accounts;
    }

    /** @param showing which views show a partition */
    public void followViews(Function<TopicPartition, List<ViewLog>> showing) {
        viewLosses.follow(showing);
    }

    /** To be told of share groups. */
    public ShareListener shareGroups() {
        return shares;
    }

    /** Begins to follow partitions; before they are opened, and before groups are loaded. */
    public void follow(Partitions followed) {
        checkpoint = Checkpoint.read(dataDirectory);
        accounts.resumeFrom(checkpoint);
        partitions = followed;
    }

    /**
     * Reads what stands in the ledger; the partitions are open now.
     *
     * @param creation creates a topic unless it is there
     */
    public void open(Function<CreatableTopic, CompletableFuture<?>> creation) {
        LedgerLog opened = new LedgerLog(partitions, creation);
        entries.load(opened.read().values());
        checkpoint.trails().forEach(this::resume);
        if (checkpoint.isThere() || partitions.all().isEmpty()) {
            accounts.knowAll();
        }
        checkpoint = Checkpoint.NONE;
        Checkpoint.delete(dataDirectory);
        ledgerLog = opened;
        thread.scheduleWithFixedDelay(this::settle, SETTLE_MS, SETTLE_MS, TimeUnit.MILLISECONDS);
        later(() -> {});
    }

    private void resume(Checkpoint.Trail trail) {
        find(new TopicPartition(trail.topic(), trail.partition()))
                .filter(partition -> partition.topicId().equals(Uuid.fromString(trail.topicId())))
                .ifPresent(partition -> trail.spans()
                        .forEach(span -> partition.readTrails().note(trail.clientId(), span.from(), span.to())));
    }

    /** A client says of itself that it could not send records; see {@code telemetry.FailedSends}. */
    public void noteFailedSends(String clientId, String topic, long records, long atMs) {
        entries.addRefusal(LedgerEntry.failedSends(topic, clientId, records, atMs));
        writeSoon();
    }

    /** How many entries there are, by status. */
    public void bindTo(MeterRegistry meters) {
        for (Status status : Status.values()) {
            Gauge.builder("polestar.ledger.entries", entries, all -> all.count(status))
                    .description("Entries of the loss ledger")
                    .tag("status", status.toString())
                    .register(meters);
        }
    }

    /** What HTTP shows under {@code /v1/audit}. */
    public JsonPages.Page page() {
        return new AuditPage(entries, accounts, this::settle, () -> partitions.all(), nowMs);
    }

    private void suspect(Suspicion suspicion) {
        later(() -> FirstData.in(suspicion.partition(), suspicion.range())
                .ifPresent(data -> entries.add(suspicion.entry(data))));
    }

    /** Does something on the ledger's thread, and writes then what is to be written. */
    private void later(Runnable work) {
        try {
            thread.execute(() -> {
                try {
                    work.run();
                } catch (RuntimeException e) {
                    log.warn("event=ledger_work_failed", e);
                }
                write();
            });
        } catch (RejectedExecutionException e) {
            log.debug("The ledger is closed", e);
        }
    }

    /** For what may come often. */
    private void writeSoon() {
        if (!thread.isShutdown() && writesSoon.compareAndSet(false, true)) {
            thread.schedule(
                    () -> {
                        writesSoon.set(false);
                        later(this::findViewLosses);
                    },
                    SOON_MS,
                    TimeUnit.MILLISECONDS);
        }
    }

    private void findViewLosses() {
        viewLosses.find().forEach(entries::add);
    }

    private void write() {
        if (ledgerLog == null || !entries.hasUnwritten()) {
            return;
        }
        List<LedgerEntry> all = entries.takeUnwritten();
        try {
            for (LedgerEntry entry : all) {
                ledgerLog.write(List.of(entry));
            }
            for (String id : entries.takeRemoved()) {
                ledgerLog.remove(id);
            }
        } catch (IOException | RuntimeException e) {
            log.warn("event=ledger_write_failed entries={} action=retry reason=\"{}\"", all.size(), e.getMessage());
            entries.giveBack(all);
            if (!thread.isShutdown()) {
                thread.schedule(this::write, RETRY_MS, TimeUnit.MILLISECONDS);
            }
        }
    }

    /** Brings the entries up to date with what happened since. */
    private void settle() {
        noteReadLater();
        gaps.settle(nowMs.getAsLong()).forEach(gap -> later(() -> entries.add(gap)));
    }

    /** A group that skipped records may come back for them. */
    private void noteReadLater() {
        for (LedgerEntry entry : entries.all(LedgerEntry::mayBeReadLater)) {
            boolean hosted = find(entry.topicPartition())
                    .filter(partition -> partition.topicId().toString().equals(entry.topicId()))
                    .isPresent();
            List<OffsetRange> read = accounts.readBy(entry.group(), entry.topicPartition());
            if (hosted && entry.range().without(read).isEmpty()) {
                entries.put(entry.with(Status.READ_LATER, nowMs.getAsLong()));
                later(() -> {});
            }
        }
    }

    /** Writes what is left; the partitions are still open, and nobody commits any more. */
    @Override
    public void close() throws InterruptedException {
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        later(this::findViewLosses);
        thread.shutdown();
        thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
        if (ledgerLog != null) {
            Checkpoint.of(accounts.places(), partitions.all()).write(dataDirectory);
        }
    }
}
