package io.polestar.client;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polestar.client.config.ConsumerConfig;
import io.polestar.client.config.HubConfig;
import io.polestar.client.config.PublisherConfig;
import io.polestar.protocol.pattern.TopicPattern;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;

/**
 * An application's connection to a broker: its publishers share one set of connections, its consumers one pool of threads.
 * Any thread may use it. Closing it closes what came from it, consumers first.
 */
public final class Hub implements AutoCloseable {
    private final HubConfig config;
    private final HubMetrics metrics;
    private final Admin admin;
    private final BrokerWatch watch;
    private final TopicDurability durability;
    private final SharedProducers producers = new SharedProducers(KafkaProducer::new);
    private final ExecutorService workers;
    private final ScheduledExecutorService timer;
    /** Weak, as one that is closed is nobody's; an open one is held by its thread. */
    private final Set<AutoCloseable> opened = Collections.newSetFromMap(new WeakHashMap<>());

    private Publisher deadLetterPublisher;
    private final AtomicInteger publishersMade = new AtomicInteger();

    private Hub(HubConfig config, MeterRegistry registry) {
        this.config = config;
        this.metrics = new HubMetrics(registry);
        this.admin = Admin.create(KafkaProperties.admin(config));
        this.durability = new TopicDurability(admin);
        this.watch = new BrokerWatch(admin, config.healthInterval(), config.topicRefresh(), metrics);
        this.workers = Executors.newFixedThreadPool(config.workerCount(), threads("polestar-worker"));
        this.timer = Executors.newSingleThreadScheduledExecutor(threads("polestar-hub-timer"));
    }

    private static ThreadFactory threads(String name) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /**
     * Connects with the defaults.
     *
     * @param bootstrap HOST:PORT of one or more brokers, with commas between
     * @throws HubUnreachableException if none answers within {@code dialTimeout}
     */
    public static Hub connect(String bootstrap) {
        return connect(HubConfig.builder().bootstrap(bootstrap).build());
    }

    /**
     * Connects as a JSON or YAML file says.
     *
     * @throws io.polestar.client.config.InvalidOptionException if the file cannot be read or an option is refused
     * @throws HubUnreachableException if no broker answers within {@code dialTimeout}
     */
    public static Hub connect(Path configFile) {
        return connect(HubConfig.read(configFile));
    }

    /** @throws HubUnreachableException if no broker answers within {@code dialTimeout} */
    public static Hub connect(HubConfig config) {
        return connect(config, new SimpleMeterRegistry());
    }

    /**
     * Connects, and keeps its meters in the application's registry.
     *
     * @throws HubUnreachableException if no broker answers within {@code dialTimeout}
     */
    public static Hub connect(HubConfig config, MeterRegistry registry) {
        Hub hub = new Hub(config, registry);
        try {
            hub.awaitBroker();
        } catch (RuntimeException e) {
            hub.close();
            throw e;
        }
        hub.watch.start();
        return hub;
    }

    private void awaitBroker() {
        long patienceMs = config.dialTimeout().toMillis();
        try {
            admin.describeCluster().nodes().get(patienceMs, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new HubUnreachableException(config.bootstrap(), patienceMs, e.getCause());
        } catch (TimeoutException e) {
            throw new HubUnreachableException(config.bootstrap(), patienceMs, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HubUnreachableException(config.bootstrap(), patienceMs, e);
        }
    }

    /** A publisher with the hub's options. */
    public Publisher publisher() {
        return publisher("publisher-" + publishersMade.incrementAndGet());
    }

    /** A publisher with the options that the config file has for it under {@code publishers}, or the hub's. */
    public Publisher publisher(String name) {
        return publisher(config.publisher(name));
    }

    /** A publisher with options of its own; where they say nothing, the hub's. */
    public Publisher publisher(PublisherConfig own) {
        PublisherConfig all = own.over(config);
        String name = all.name().orElseGet(() -> "publisher-" + publishersMade.incrementAndGet());
        return opened(
                new Publisher(name, all, producers.lease(KafkaProperties.producer(config, all)), durability, metrics));
    }

    /**
     * A consumer with the options that the config file has for it under {@code consumers}, or the hub's; not started yet.
     *
     * @param name its group's, too
     */
    public Consumer consumer(String name) {
        return consumer(config.consumer(name));
    }

    /** A consumer with options of its own, not started yet; where they say nothing, the hub's. */
    public Consumer consumer(ConsumerConfig own) {
        ConsumerConfig all = own.over(config);
        return opened(new Consumer(this, config, all));
    }

    /**
     * Reads topics through a mapping of the broker's files, without the network: for a process on the broker's machine
     * that may read its data directory. To be closed by the thread that polls it, not by the hub.
     *
     * @param dataDirectory the broker's {@code --data}
     * @param topicPattern a topic, or a pattern of topics
     * @param fromOffset the first offset wanted in each partition; where a log begins later, it is read from there on
     * @throws java.io.UncheckedIOException if no broker has had the directory, or it cannot be read
     * @throws IllegalArgumentException if the pattern is none
     */
    public LocalTail localTail(Path dataDirectory, String topicPattern, long fromOffset) {
        return new LocalTail(dataDirectory, TopicPattern.parse(topicPattern), fromOffset);
    }

    /** The one that sends all consumers' dead letters. */
    synchronized Publisher deadLetterPublisher() {
        if (deadLetterPublisher == null) {
            deadLetterPublisher = publisher("dead-letters");
        }
        return deadLetterPublisher;
    }

    private synchronized <T extends AutoCloseable> T opened(T part) {
        opened.add(part);
        return part;
    }

    /** What is measured. */
    public HubMetrics metrics() {
        return metrics;
    }

    /** Whether the broker answered when it was last asked, at most about {@code healthInterval} ago. */
    public boolean isHealthy() {
        return watch.isHealthy();
    }

    /** Tells a listener of a connection that breaks and comes back. */
    public void addListener(HubListener listener) {
        watch.addListener(listener);
    }

    void removeListener(HubListener listener) {
        watch.removeListener(listener);
    }

    Admin admin() {
        return admin;
    }

    BrokerWatch watch() {
        return watch;
    }

    ExecutorService workers() {
        return workers;
    }

    ScheduledExecutorService timer() {
        return timer;
    }

    /** How many sets of connections its publishers have. */
    int producers() {
        return producers.size();
    }

    /** Closes consumers, then publishers, each as its own {@code close} does: nothing that was accepted is lost. */
    @Override
    public void close() {
        List<AutoCloseable> parts;
        synchronized (this) {
            parts = new ArrayList<>(opened);
            opened.clear();
        }
        parts.stream()
                .filter(Consumer.class::isInstance)
                .map(Consumer.class::cast)
                .forEach(Consumer::close);
        parts.stream()
                .filter(Publisher.class::isInstance)
                .map(Publisher.class::cast)
                .forEach(Publisher::close);
        workers.shutdown();
        timer.shutdownNow();
        watch.close();
        admin.close(Duration.ZERO);
    }
}
