package io.polestar.broker;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.polestar.broker.admin.TopicsPage;
import io.polestar.broker.admin.ViewsPage;
import io.polestar.broker.api.ApiHandler;
import io.polestar.broker.api.ApiTable;
import io.polestar.broker.api.ApiVersionsHandler;
import io.polestar.broker.api.FetchHandler;
import io.polestar.broker.api.GroupHandlers;
import io.polestar.broker.api.InternalTopicCreation;
import io.polestar.broker.api.MetadataHandlers;
import io.polestar.broker.api.PartitionHandlers;
import io.polestar.broker.api.SecurityHandlers;
import io.polestar.broker.api.ShareHandlers;
import io.polestar.broker.api.TransactionHandlers;
import io.polestar.broker.config.DynamicConfigs;
import io.polestar.broker.config.MetricsSubscriptions;
import io.polestar.broker.controller.ClusterFeatures;
import io.polestar.broker.controller.EmbeddedController;
import io.polestar.broker.controller.MetadataFormat;
import io.polestar.broker.controller.TopicCreation;
import io.polestar.broker.group.GroupCoordinators;
import io.polestar.broker.group.GroupLag;
import io.polestar.broker.group.MemberDepartures;
import io.polestar.broker.http.HttpServer;
import io.polestar.broker.http.JsonPages;
import io.polestar.broker.http.Readiness;
import io.polestar.broker.hub.ledger.Ledger;
import io.polestar.broker.hub.view.Views;
import io.polestar.broker.metrics.CleanerMeters;
import io.polestar.broker.metrics.LogMeters;
import io.polestar.broker.metrics.LossMeters;
import io.polestar.broker.metrics.ProcessMeters;
import io.polestar.broker.metrics.RequestMetrics;
import io.polestar.broker.metrics.Scrape;
import io.polestar.broker.metrics.TimedDisk;
import io.polestar.broker.metrics.ViewMeters;
import io.polestar.broker.net.BoundListener;
import io.polestar.broker.net.NetworkConfig;
import io.polestar.broker.net.NetworkServer;
import io.polestar.broker.quota.ClientQuotas;
import io.polestar.broker.security.Access;
import io.polestar.broker.share.DirectPersister;
import io.polestar.broker.share.ShareCoordinators;
import io.polestar.broker.share.ShareFetches;
import io.polestar.broker.share.SharePartitions;
import io.polestar.broker.share.ShareSessions;
import io.polestar.broker.share.ShareSettings;
import io.polestar.broker.telemetry.ConfiguredReporters;
import io.polestar.broker.telemetry.PushedMetrics;
import io.polestar.broker.topic.DiskSpace;
import io.polestar.broker.topic.LogCleaner;
import io.polestar.broker.topic.LossListener;
import io.polestar.broker.topic.Partitions;
import io.polestar.broker.txn.TransactionCoordinator;
import io.polestar.broker.txn.TransactionVerifier;
import io.polestar.storage.Disk;
import io.polestar.storage.LogStore;
import io.polestar.storage.chronicle.ChronicleLogStore;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.apache.kafka.server.FetchManager;
import org.apache.kafka.server.FetchSession;
import org.apache.kafka.server.FetchSessionCacheShard;
import org.apache.kafka.server.metrics.ClientTelemetryExporterPlugin;
import org.apache.kafka.server.util.KafkaScheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running broker: the composition root. {@link #start} builds every part in order, {@link #close} takes them down in
 * reverse. Several may run in one process, each on its own data directory.
 */
public final class Broker implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Broker.class);
    /** As Kafka has them: sessions of one shard share a lock. */
    private static final int FETCH_SESSION_SHARDS = 8;

    private static final long FETCH_SESSION_EVICTION_MS = 120_000;
    private static final Duration LOG_IDLE_AFTER = Duration.ofMinutes(10);
    private static final Duration PATIENCE_AT_STOP = Duration.ofMillis(100);

    private static final AtomicBoolean WARM = new AtomicBoolean();

    private final long startedNs = System.nanoTime();
    private final Parts parts = new Parts();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final AtomicReference<Throwable> fault = new AtomicReference<>();
    private final Readiness readiness = new Readiness("metadata", "recovery", "registration");
    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Scrape scrape = new Scrape(meters);
    private final JsonPages pages = new JsonPages();
    private final BrokerConfig config;
    private final Disk disk;
    private HttpServer http;
    private NetworkServer network;
    private TransactionCoordinator transactions;
    private Ledger ledger;
    private ShareCoordinators shares;
    private DirectPersister sharePersister;
    private GroupCoordinators groups;
    private List<BoundListener> listeners;
    private ApiTable apis;

    private Broker(BrokerConfig config, Disk disk) {
        this.config = config;
        this.disk = new TimedDisk(disk, meters);
    }

    /**
     * Starts a broker; when this returns, clients are served.
     *
     * @throws io.polestar.broker.net.ListenerBindException if an address is in use
     * @throws io.polestar.storage.chronicle.DataDirectoryLockedException if another broker has the data directory
     * @throws io.polestar.storage.chronicle.DataDirectoryFormatException if the data is of a newer version
     * @throws IOException if the HTTP server cannot listen
     */
    public static Broker start(BrokerConfig config) throws IOException {
        return start(config, Disk.system());
    }

    /** As {@link #start(BrokerConfig)}, on a device of one's own. */
    public static Broker start(BrokerConfig config, Disk disk) throws IOException {
        Broker broker = new Broker(config, disk);
        try {
            broker.build();
            return broker;
        } catch (Throwable e) {
            broker.close();
            throw e;
        }
    }

    private void build() throws IOException {
        Time time = Time.SYSTEM;
        warmUp();
        ChronicleLogStore store = parts.add("log store", new ChronicleLogStore(config.dataDirectory(), logOptions()));
        stage("data directory locked");
        Metrics kafkaMetrics = parts.add("metrics", new Metrics());
        CompletableFuture<EmbeddedController> controllerStart = startController(store, kafkaMetrics, time);
        startHttp();
        stage("http");
        RequestMetrics requestMetrics = new RequestMetrics(meters);
        network = parts.add("network", new NetworkServer(NetworkConfig.of(config), requestMetrics));
        listeners = network.bind();
        stage("network bound");
        KafkaScheduler scheduler = startScheduler();
        EmbeddedController controller = join(controllerStart);
        stage("controller started");

        DiskSpace space = watchSpace(store);
        ledger = new Ledger(config.dataDirectory(), time::milliseconds);
        LossListener losses = LossListener.all(List.of(new LossMeters(meters), ledger.losses()));
        Partitions partitions = parts.add("partitions", new Partitions(config, store, time, scheduler, space, losses));
        parts.add("ledger", ledger).follow(partitions);
        LogCleaner cleaner = parts.add("log cleaner", new LogCleaner(config, partitions::all, space, time));
        CleanerMeters.bind(meters, cleaner);
        Views views = parts.add("views", new Views(partitions, config.dataDirectory(), disk, scheduler));
        ledger.followViews(views::showing);
        transactions = parts.add(
                "transactions",
                new TransactionCoordinator(
                        config,
                        partitions,
                        controller.metadataCache()::getImage,
                        controller.producerIds()::next,
                        this::markOffsets,
                        meters,
                        time));
        TopicCreation creation = new TopicCreation(config, controller.changes());
        DynamicConfigs dynamicConfigs = followDynamicConfigs(partitions, cleaner);
        ClientTelemetryExporterPlugin exporters = telemetryExporters(ledger);
        ConfiguredReporters reporters = new ConfiguredReporters(controller.clusterId(), kafkaMetrics, exporters);
        reporters.follow(config);
        dynamicConfigs.follow(reporters::follow);
        shares = parts.add(
                "share groups",
                new ShareCoordinators(
                        config,
                        partitions,
                        controller.metadataCache()::getImage,
                        ledger.shareGroups(),
                        time,
                        kafkaMetrics));
        sharePersister = new DirectPersister(
                shares, () -> InternalTopicCreation.by(creation).create(Topic.SHARE_GROUP_STATE_TOPIC_NAME));
        TransactionVerifier verifier = new TransactionVerifier(transactions, partitions, config, time);
        groups = parts.add(
                "groups",
                new GroupCoordinators(
                        config,
                        partitions,
                        controller.metadataCache()::getImage,
                        verifier::verifyOffsets,
                        sharePersister,
                        new MemberDepartures(meters),
                        ledger.groups(),
                        time,
                        kafkaMetrics,
                        Optional.empty()));
        MetricsSubscriptions clientMetrics = new MetricsSubscriptions(config, exporters, time, kafkaMetrics);
        ClientQuotas quotas = parts.add(
                "client quotas", new ClientQuotas(config, kafkaMetrics, time, controller.clusterId(), meters));
        apis = apis(controller, creation, partitions, verifier, clientMetrics, quotas);
        refreshMeters(partitions, new GroupLag(groups, partitions, time::milliseconds));
        pages.add("/v1/topics", new TopicsPage(partitions::all));
        pages.add("/v1/audit", ledger.page());
        ledger.bindTo(meters);
        ViewsPage viewsPage = new ViewsPage(views::states, creation);
        pages.add("/v1/views", viewsPage, viewsPage);
        meters.getPrometheusRegistry().register(new ViewMeters(views::states));
        stage("handlers built");

        join(controller.installPublishers(List.of(
                partitions,
                views,
                shares.publisher(),
                groups.publisher(),
                transactions,
                clientMetrics,
                quotas,
                dynamicConfigs)));
        stage("partitions recovered");
        ledger.open(topic -> creation.create(topic, KafkaPrincipal.ANONYMOUS));
        readiness.done("metadata");
        readiness.done("recovery");
        join(controller.register(AdvertisedListeners.of(config, listeners)));
        stage("registered");
        join(controller.unfence());
        stage("unfenced");
        readiness.done("registration");
        partitions.start();
        views.start();
        cleaner.start();
        parts.add("serving", () -> stopServing(controller));
        network.startServing(apis, quotas);
    }

    /**
     * Once this broker has left, the only one of its cluster, a client would hear of a cluster without brokers; so it
     * hangs up before. What then still waits, for members or for records, is answered when the leadership ends.
     */
    private void stopServing(EmbeddedController controller) {
        network.hangUp(PATIENCE_AT_STOP);
        controller.controlledShutdown();
        network.close();
    }

    private ClientTelemetryExporterPlugin telemetryExporters(Ledger ledger) {
        ClientTelemetryExporterPlugin exporters = new ClientTelemetryExporterPlugin();
        PushedMetrics pushed = new PushedMetrics(System::currentTimeMillis, ledger::noteFailedSends);
        exporters.add(pushed);
        meters.getPrometheusRegistry().register(pushed);
        return exporters;
    }

    private DynamicConfigs followDynamicConfigs(Partitions partitions, LogCleaner cleaner) {
        DynamicConfigs dynamic = new DynamicConfigs(config);
        dynamic.follow(config::follow);
        dynamic.follow(partitions::reconfigure);
        dynamic.follow(cleaner::reconfigure);
        dynamic.follow(changed -> network.reconfigure(NetworkConfig.limits(changed)));
        return dynamic;
    }

    /** The two coordinators need each other: by now, both are there. */
    private CompletableFuture<Void> markOffsets(
            TopicPartition partition,
            long producerId,
            short producerEpoch,
            int coordinatorEpoch,
            TransactionResult result,
            short transactionVersion) {
        return groups.endTransaction(
                partition, producerId, producerEpoch, coordinatorEpoch, result, transactionVersion);
    }

    /**
     * Loads the log's classes, once in this JVM, on a thread of its own. A start does it; who has something to do before it may begin
     * earlier. A failure shows again where the first log is opened.
     */
    public static void warmUp() {
        if (!WARM.compareAndSet(false, true)) {
            return;
        }
        Thread thread = new Thread(ChronicleLogStore::warmUp, "polestar-warm-up");
        thread.setDaemon(true);
        thread.start();
    }

    private void stage(String reached) {
        log.debug("event=start stage=\"{}\" elapsed_ms={}", reached, (System.nanoTime() - startedNs) / 1_000_000);
    }

    /** Starts the controller beside the sockets: it is half of a start, and most of it is the loading of classes. */
    private CompletableFuture<EmbeddedController> startController(ChronicleLogStore store, Metrics metrics, Time time) {
        CompletableFuture<EmbeddedController> started = new CompletableFuture<>();
        parts.add(
                "controller",
                () -> started.thenAccept(EmbeddedController::close)
                        .exceptionally(failed -> null)
                        .join());
        Runnable start = () -> {
            try {
                MetadataFormat format = MetadataFormat.readOrCreate(new MetadataFormat.Request(
                        config.dataDirectory(), config.nodeId(), Optional.of(store.directoryId()), Optional.empty()));
                started.complete(EmbeddedController.start(config, format, metrics, time, this::onFault));
            } catch (Throwable e) {
                started.completeExceptionally(e);
            }
        };
        new Thread(start, "polestar-controller-start").start();
        return started;
    }

    private ChronicleLogStore.Options logOptions() {
        return new ChronicleLogStore.Options(System::currentTimeMillis, config.maxOpenLogs(), LOG_IDLE_AFTER, disk);
    }

    private void startHttp() throws IOException {
        if (!config.httpListen().isEmpty()) {
            InetSocketAddress address = config.httpAddress();
            http = parts.add(
                    "http",
                    HttpServer.start(address.getHostString(), address.getPort(), readiness, scrape::text, pages));
        }
    }

    /** What is only known when it is asked for. */
    private void refreshMeters(Partitions partitions, GroupLag groupLag) {
        groupLag.bindTo(meters);
        scrape.before(groupLag::refresh);
        meters.getPrometheusRegistry().register(new LogMeters(partitions::all));
        if (http != null) {
            scrape.before(parts.add("process meters", new ProcessMeters(meters))::refresh);
        }
    }

    private DiskSpace watchSpace(LogStore store) {
        DiskSpace space = new DiskSpace(disk, config.dataDirectory(), config.diskFreeMinBytes());
        space.whenScarce(store::freeDeleted);
        ScheduledThreadPoolExecutor watch = daemon("polestar-disk-watch");
        parts.add("disk watch", watch::shutdownNow);
        space.watch(watch);
        Gauge.builder("polestar.disk.free", space, DiskSpace::freeBytes)
                .description("Bytes that may still be written to the data directory's disk")
                .baseUnit("bytes")
                .register(meters);
        Gauge.builder("polestar.disk.low", space, each -> each.isLow() ? 1 : 0)
                .description("1 while clients' produces are refused because the disk is nearly full")
                .register(meters);
        return space;
    }

    private static ScheduledThreadPoolExecutor daemon(String name) {
        return new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    private KafkaScheduler startScheduler() throws IOException {
        KafkaScheduler scheduler = new KafkaScheduler(1, true, "polestar-scheduler-");
        scheduler.startup();
        parts.add("scheduler", () -> {
            try {
                scheduler.shutdown();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        return scheduler;
    }

    private ApiTable apis(
            EmbeddedController controller,
            TopicCreation creation,
            Partitions partitions,
            TransactionVerifier verifier,
            MetricsSubscriptions clientMetrics,
            ClientQuotas quotas) {
        Access access = Access.EVERYONE;
        KRaftMetadataCache metadata = controller.metadataCache();
        ScheduledExecutorService timer = startRequestTimer();
        FetchHandler fetch =
                new FetchHandler(metadata, partitions, access, fetchSessions(), timer, config.fetchMaxBytes(), quotas);
        List<ApiHandler<?>> all = new ArrayList<>();
        all.add(new ApiVersionsHandler(() -> all, ClusterFeatures::supportedOnTheWire, metadata::features));
        all.add(fetch);
        all.addAll(PartitionHandlers.all(config.dataDirectory(), partitions, metadata, verifier, access, timer));
        all.addAll(MetadataHandlers.all(config, controller, creation, clientMetrics, quotas, access));
        all.addAll(SecurityHandlers.all(access));
        all.addAll(GroupHandlers.all(
                config, groups, transactions, shares, metadata, InternalTopicCreation.by(creation), access));
        all.addAll(TransactionHandlers.all(transactions, groups, metadata, controller.producerIds()::next, access));
        all.addAll(shareApis(partitions, metadata, timer, quotas, access));
        network.addConnectionListener(fetch::onConnectionClosed);
        network.addConnectionListener(clientMetrics.clients().connectionDisconnectListener()::onDisconnect);
        return new ApiTable(all);
    }

    private List<ApiHandler<?>> shareApis(
            Partitions partitions,
            KRaftMetadataCache metadata,
            ScheduledExecutorService timer,
            ClientQuotas quotas,
            Access access) {
        ShareSettings settings = new ShareSettings(config, groups.configs());
        SharePartitions used =
                new SharePartitions(partitions, sharePersister, settings, timer, ledger.shareGroups(), Time.SYSTEM);
        ShareFetches fetches = new ShareFetches(used);
        ShareSessions sessions = new ShareSessions(used);
        network.addConnectionListener(fetches::onConnectionClosed);
        network.addConnectionListener(sessions::onConnectionClosed);
        return ShareHandlers.all(
                groups,
                new ShareHandlers.Parts(shares, used, sessions, fetches, settings),
                metadata,
                timer,
                config.fetchMaxBytes(),
                quotas,
                access);
    }

    private FetchManager fetchSessions() {
        List<FetchSessionCacheShard> shards = new ArrayList<>();
        int idsPerShard = Integer.MAX_VALUE / FETCH_SESSION_SHARDS;
        for (int i = 0; i < FETCH_SESSION_SHARDS; i++) {
            shards.add(new FetchSessionCacheShard(
                    config.maxFetchSessions() / FETCH_SESSION_SHARDS, FETCH_SESSION_EVICTION_MS, idsPerShard, i));
        }
        return new FetchManager(Time.SYSTEM, new FetchSession.FetchSessionCache(shards));
    }

    private ScheduledExecutorService startRequestTimer() {
        ScheduledThreadPoolExecutor timer = daemon("polestar-request-timer");
        timer.setRemoveOnCancelPolicy(true);
        parts.add("request timer", timer::shutdownNow);
        return timer;
    }

    private void onFault(Throwable cause) {
        if (fault.compareAndSet(null, cause)) {
            log.error("event=fatal_fault action=stop", cause);
            stopped.countDown();
        }
    }

    private static <T> T join(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** The listeners with their real ports, in the config's order. */
    public List<BoundListener> listeners() {
        return listeners;
    }

    /** What it answers, and what of it not. */
    public ApiTable apis() {
        return apis;
    }

    /** HOST:PORT of the first listener, for a client on this machine. */
    public String bootstrapServers() {
        BoundListener first = listeners.get(0);
        String host = first.listener().host();
        return (host == null || host.isEmpty() ? "127.0.0.1" : host) + ":" + first.port();
    }

    /** The port of the HTTP server, empty without one. */
    public Optional<Integer> httpPort() {
        return Optional.ofNullable(http).map(HttpServer::port);
    }

    /** The fault that stopped the broker, if one did. */
    public Optional<Throwable> fault() {
        return Optional.ofNullable(fault.get());
    }

    /** Returns when the broker was closed or met a fault it cannot survive; it must still be closed then. */
    public void awaitStop() throws InterruptedException {
        stopped.await();
    }

    /** Stops serving and closes everything; returns when the data directory is free. May be called more than once. */
    @Override
    public void close() {
        parts.closeAll();
        meters.close();
        stopped.countDown();
    }
}
