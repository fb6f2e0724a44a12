package io.polestar.client;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.polestar.client.config.ConsumerConfig;
import io.polestar.client.config.HubConfig;
import io.polestar.client.track.MessageTracker;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/**
 * Reads topics and gives each message to a handler, at least once: a message is committed when it and all before it in its
 * partition are handled, dropped, or acknowledged dead letters. Messages of a key are handled in order, one after the other;
 * those without a key in the order of their partition; others beside each other.
 *
 * <p>It is set up, started once, and closed. Any thread may use it.
 */
public final class Consumer implements AutoCloseable {
    private final Hub hub;
    private final HubConfig hubConfig;
    private final TopicSelection selection;
    private final Listeners listeners = new Listeners();
    private ConsumerConfig config;
    private StartPoint start;
    private Predicate<Message> filter = message -> true;
    private CircuitBreaker breaker;
    private TrackedState tracked;
    private BatchHandler handler;
    private boolean batches;
    private volatile PollLoop loop;
    private Thread thread;
    private ConsumerMeters meters;

    Consumer(Hub hub, HubConfig hubConfig, ConsumerConfig config) {
        this.hub = hub;
        this.hubConfig = hubConfig;
        this.config = config;
        this.start = StartPoint.parse(config.from());
        this.selection = new TopicSelection(config.deadLetterSuffix());
        config.name();
        selection.add(config.topics());
    }

    private void beforeStart() {
        if (loop != null) {
            throw new IllegalStateException("consumer " + config.name() + " was started already");
        }
    }

    /**
     * Subscribes to more topics, also while it runs. A topic that is created later and matches is read from its beginning.
     * Dead-letter topics match no pattern but one that ends like them.
     *
     * @param topicsAndPatterns names, and patterns such as {@code weather.*.london}
     * @throws io.polestar.protocol.pattern.InvalidPatternException if one of them is no pattern
     */
    public synchronized Consumer subscribe(String... topicsAndPatterns) {
        selection.add(List.of(topicsAndPatterns));
        if (loop != null) {
            loop.onSelection();
        }
        return this;
    }

    /** Takes back what {@link #subscribe} was given. */
    public synchronized Consumer unsubscribe(String... topicsAndPatterns) {
        selection.remove(List.of(topicsAndPatterns));
        if (loop != null) {
            loop.onSelection();
        }
        return this;
    }

    /** Only these reach the handler, the others count as handled; of several filters, what passes all. See {@link Filters}. */
    public synchronized Consumer filter(Predicate<Message> wanted) {
        beforeStart();
        filter = filter.and(wanted);
        return this;
    }

    public synchronized Consumer listener(ConsumerListener listener) {
        listeners.add(listener);
        return this;
    }

    /**
     * While this circuit is open it neither handles nor fetches, and what failed is tried again when the circuit lets it,
     * without becoming a dead letter.
     */
    public synchronized Consumer circuitBreaker(CircuitBreaker circuit) {
        beforeStart();
        breaker = circuit;
        return this;
    }

    /** Tells a tracker of each message that it fetches. */
    public synchronized Consumer tracker(MessageTracker tracker) {
        beforeStart();
        tracked = new TrackedState(tracker, Optional.empty());
        return this;
    }

    /** Tells a tracker of each message that it fetches, and saves it before each commit. */
    public synchronized Consumer tracker(MessageTracker tracker, Path file) {
        beforeStart();
        tracked = new TrackedState(tracker, Optional.of(file));
        return this;
    }

    /** Partitions without a commit begin at this offset, or their end or beginning if it lies outside. */
    public Consumer fromOffset(long offset) {
        return from(new StartPoint(StartPoint.Kind.OFFSET, offset));
    }

    /** Partitions without a commit begin at the first record whose timestamp is not before this. */
    public Consumer fromTime(Instant time) {
        return from(new StartPoint(StartPoint.Kind.TIME, time.toEpochMilli()));
    }

    /** Partitions without a commit begin with what they still hold; the default. */
    public Consumer fromBeginning() {
        return from(StartPoint.BEGINNING);
    }

    /** Partitions without a commit begin with what comes next. */
    public Consumer fromEnd() {
        return from(StartPoint.END);
    }

    private synchronized Consumer from(StartPoint point) {
        beforeStart();
        start = point;
        return this;
    }

    /** It stops by itself when all is handled that there was when its partitions came to it; see {@link #finished}. */
    public synchronized Consumer stopAtEnd() {
        beforeStart();
        config = config.toBuilder().stopAtEnd(true).build();
        return this;
    }

    /** It reads all partitions for itself, in no group: commits are neither heeded nor made. */
    public synchronized Consumer replay() {
        beforeStart();
        config = config.toBuilder().replay(true).build();
        return this;
    }

    public synchronized Consumer onMessage(MessageHandler one) {
        beforeStart();
        handler = messages -> one.handle(messages.get(0));
        batches = false;
        return this;
    }

    /** A handler of up to {@code batchSize} messages that are there at once, of one or several partitions. */
    public synchronized Consumer onBatch(BatchHandler several) {
        beforeStart();
        handler = several;
        batches = true;
        return this;
    }

    /** @throws IllegalStateException if it has no handler, subscribes to nothing, or was started already */
    public synchronized Consumer start() {
        beforeStart();
        if (handler == null) {
            throw new IllegalStateException("consumer " + config.name() + " has no handler: call onMessage or onBatch");
        }
        if (selection.isEmpty()) {
            throw new IllegalStateException("consumer " + config.name() + " subscribes to nothing");
        }
        LaneCounts counts = new LaneCounts(config.queueSize());
        meters = new ConsumerMeters(hub.metrics(), config.name(), counts, this::lag);
        Handling handling = new Handling(
                config,
                handler,
                batches ? config.batchSize() : 1,
                filter,
                Optional.ofNullable(breaker),
                new Backoff(config.retryBackoff(), config.retryBackoffMax()),
                new DeadLetters(config, hub.admin(), hub::deadLetterPublisher),
                listeners,
                meters,
                hub.workers(),
                hub.timer());
        Lanes lanes = new Lanes(
                config.workerCount().orElse(hubConfig.workerCount()), counts, config.queueFullBehaviour(), handling);
        ConsumerParts parts =
                new ConsumerParts(config, start, selection, handling, lanes, counts, Optional.ofNullable(tracked));
        loop = new PollLoop(parts, new KafkaConsumer<>(KafkaProperties.consumer(hubConfig, config)));
        hub.addListener(listeners);
        hub.watch().watchTopics(loop.topicListener());
        thread = new Thread(loop, "polestar-consumer-" + config.name());
        thread.setDaemon(true);
        thread.start();
        return this;
    }

    /** Completes when it has its first partitions, or when no topic matches yet. */
    public synchronized CompletableFuture<Void> ready() {
        return loop == null ? new CompletableFuture<>() : loop.ready().copy();
    }

    /** Completes when it has stopped: at the end, if it is to stop there, or closed; exceptionally if it failed. */
    public synchronized CompletableFuture<Void> finished() {
        return loop == null ? new CompletableFuture<>() : loop.finished().copy();
    }

    /** Fetches no more until {@link #resume}; what it has is handled. It stays in its group. */
    public synchronized void pause() {
        if (loop != null) {
            loop.pause(true);
        }
    }

    public synchronized void resume() {
        if (loop != null) {
            loop.pause(false);
        }
    }

    /** Records of its partitions that are not handled yet, as of a moment ago. */
    public long lag() {
        PollLoop running = loop;
        return running == null ? 0 : running.lag();
    }

    /** Waits for the handlers that run, no longer than {@code drainTimeout}; commits what is handled, and leaves the group. */
    @Override
    public void close() {
        PollLoop running;
        synchronized (this) {
            running = loop;
        }
        if (running == null) {
            return;
        }
        hub.watch().stopWatchingTopics(running.topicListener());
        hub.removeListener(listeners);
        running.stop();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        meters.close();
    }
}
