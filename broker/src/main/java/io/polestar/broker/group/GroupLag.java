package io.polestar.broker.group;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.polestar.broker.topic.Partition;
import io.polestar.broker.topic.Partitions;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestGroup;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.ListGroupsResponseData.ListedGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopics;
import org.apache.kafka.common.network.ClientInformation;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.coordinator.group.Group.GroupType;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many records each group is behind, per partition. Asked of the coordinator, whose answer is kept for a few
 * seconds; at most {@value #MAX_GROUPS} groups, and no further group once there are {@value #MAX_ROWS} partitions. Safe
 * for use from any thread, never blocks.
 */
public final class GroupLag implements MeterBinder {
    private static final Logger log = LoggerFactory.getLogger(GroupLag.class);

    /** The gauge's name; Prometheus sees {@code polestar_group_lag}. */
    static final String METER = "polestar.group.lag";

    static final int MAX_GROUPS = 1_000;
    static final int MAX_ROWS = 10_000;
    private static final long MIN_AGE_MS = 3_000;
    private static final long MAX_WAIT_MS = 2_000;

    /**
     * A group's place in one partition.
     *
     * @param committedOffset the next offset that the group will read
     * @param endOffset the first offset that no consumer can read yet
     */
    public record Row(String groupId, TopicPartition topicPartition, long committedOffset, long endOffset) {

        /** Records still to read. */
        public long lag() {
            return Math.max(0, endOffset - committedOffset);
        }
    }

    /**
     * The newest answer.
     *
     * @param atMs when it was begun, in milliseconds since the epoch
     * @param omittedGroups groups beyond the bounds
     */
    private record Snapshot(long atMs, List<Row> rows, int omittedGroups) {}

    private final GroupCoordinator groups;
    private final Partitions partitions;
    private final LongSupplier nowMs;
    private final AtomicReference<CompletableFuture<Void>> running = new AtomicReference<>();
    private final List<MultiGauge> gauges = new ArrayList<>();
    private volatile Snapshot snapshot = new Snapshot(Long.MIN_VALUE, List.of(), 0);

    /** @param nowMs the clock, in milliseconds since the epoch */
    public GroupLag(GroupCoordinators coordinators, Partitions partitions, LongSupplier nowMs) {
        this.groups = coordinators.service();
        this.partitions = partitions;
        this.nowMs = nowMs;
    }

    /** Call before scraping starts. */
    @Override
    public void bindTo(MeterRegistry registry) {
        gauges.add(MultiGauge.builder(METER)
                .description("Records that a group has still to read")
                .register(registry));
        Gauge.builder("polestar.group.lag.omitted.groups", () -> snapshot.omittedGroups())
                .description("Groups whose lag is not shown because there are too many")
                .register(registry);
    }

    /** The rows of the last {@link #refresh()}. */
    public List<Row> rows() {
        return snapshot.rows();
    }

    /**
     * Brings rows and gauges up to date unless they are younger than three seconds.
     *
     * @return done when they are, or after two seconds with the old ones in place; never failed
     */
    public CompletableFuture<Void> refresh() {
        if (nowMs.getAsLong() - MIN_AGE_MS < snapshot.atMs()) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> mine = new CompletableFuture<>();
        CompletableFuture<Void> other = running.compareAndExchange(null, mine);
        if (other != null) {
            return other.copy();
        }
        ask(mine);
        return mine.copy();
    }

    private void ask(CompletableFuture<Void> done) {
        long atMs = nowMs.getAsLong();
        groups.listGroups(context(ApiKeys.LIST_GROUPS), new ListGroupsRequestData())
                .thenCompose(listed -> snapshot(atMs, listed))
                .orTimeout(MAX_WAIT_MS, TimeUnit.MILLISECONDS)
                .whenComplete((newest, failure) -> {
                    if (failure == null) {
                        show(newest);
                    } else {
                        log.debug("The lag of the groups could not be refreshed", failure);
                    }
                    running.set(null);
                    done.complete(null);
                });
    }

    private void show(Snapshot newest) {
        snapshot = newest;
        List<MultiGauge.Row<?>> rows = new ArrayList<>();
        newest.rows().forEach(row -> rows.add(MultiGauge.Row.of(tags(row), row::lag)));
        gauges.forEach(gauge -> gauge.register(rows, true));
    }

    private static Tags tags(Row row) {
        return Tags.of(
                "group",
                row.groupId(),
                "topic",
                row.topicPartition().topic(),
                "partition",
                Integer.toString(row.topicPartition().partition()));
    }

    private CompletableFuture<Snapshot> snapshot(long atMs, ListGroupsResponseData listed) {
        if (listed.errorCode() != Errors.NONE.code()) {
            return CompletableFuture.failedFuture(
                    Errors.forCode(listed.errorCode()).exception());
        }
        List<CompletableFuture<List<Row>>> answers = listed.groups().stream()
                .sorted(Comparator.comparing(ListedGroup::groupId))
                .limit(MAX_GROUPS)
                .map(group -> GroupType.SHARE.toString().equals(group.groupType())
                        ? shareRows(group.groupId())
                        : offsets(group.groupId()).thenApply(this::rows))
                .toList();
        int omitted = listed.groups().size() - answers.size();
        return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                .thenApply(done -> collect(atMs, answers, omitted));
    }

    private CompletableFuture<OffsetFetchResponseGroup> offsets(String groupId) {
        OffsetFetchRequestGroup all =
                new OffsetFetchRequestGroup().setGroupId(groupId).setTopics(null);
        return groups.fetchOffsets(context(ApiKeys.OFFSET_FETCH), all, false);
    }

    /** What a share group has behind its start offset counts as read; so its position is told from the lag. */
    private CompletableFuture<List<Row>> shareRows(String groupId) {
        DescribeShareGroupOffsetsRequestGroup all =
                new DescribeShareGroupOffsetsRequestGroup().setGroupId(groupId).setTopics(null);
        return groups.describeShareGroupAllOffsets(context(ApiKeys.DESCRIBE_SHARE_GROUP_OFFSETS), all)
                .thenApply(answer -> answer.topics().stream()
                        .flatMap(topic -> topic.partitions().stream()
                                .filter(partition -> partition.lag() >= 0)
                                .flatMap(partition -> shareRow(
                                        groupId,
                                        new TopicPartition(topic.topicName(), partition.partitionIndex()),
                                        partition.lag())
                                        .stream()))
                        .toList())
                .exceptionally(failure -> List.of());
    }

    private Optional<Row> shareRow(String groupId, TopicPartition topicPartition, long lag) {
        return partitions
                .find(topicPartition)
                .map(Partition::highWatermark)
                .map(end -> new Row(groupId, topicPartition, Math.max(0, end - lag), end));
    }

    private Snapshot collect(long atMs, List<CompletableFuture<List<Row>>> answers, int omittedGroups) {
        List<Row> rows = new ArrayList<>();
        int omitted = omittedGroups;
        for (CompletableFuture<List<Row>> answer : answers) {
            if (rows.size() < MAX_ROWS) {
                rows.addAll(answer.join());
            } else {
                omitted++;
            }
        }
        return new Snapshot(atMs, List.copyOf(rows), omitted);
    }

    private List<Row> rows(OffsetFetchResponseGroup group) {
        List<Row> rows = new ArrayList<>();
        for (OffsetFetchResponseTopics topic : group.topics()) {
            topic.partitions()
                    .forEach(partition -> row(
                                    group.groupId(),
                                    new TopicPartition(topic.name(), partition.partitionIndex()),
                                    partition.committedOffset())
                            .ifPresent(rows::add));
        }
        return rows;
    }

    private Optional<Row> row(String groupId, TopicPartition topicPartition, long committedOffset) {
        return partitions
                .find(topicPartition)
                .map(Partition::highWatermark)
                .map(endOffset -> new Row(groupId, topicPartition, committedOffset, endOffset));
    }

    /** The broker's own request: a coordinator looks at its version, and logs its client. */
    private static RequestContext context(ApiKeys key) {
        return new RequestContext(
                new RequestHeader(key, key.latestVersion(), "polestar-group-lag", 0),
                "polestar-group-lag",
                InetAddress.getLoopbackAddress(),
                KafkaPrincipal.ANONYMOUS,
                ListenerName.forSecurityProtocol(SecurityProtocol.PLAINTEXT),
                SecurityProtocol.PLAINTEXT,
                ClientInformation.EMPTY,
                false);
    }
}
