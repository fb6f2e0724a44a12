package io.polestar.client.config;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** How a publisher queues and sends. Immutable. What is not set is the hub's, then the default. */
public final class PublisherConfig {
    private final Options options;

    private PublisherConfig(Options options) {
        this.options = options;
        checkDeadline();
    }

    public static Builder builder() {
        return new Builder();
    }

    static PublisherConfig of(String place, String name, Map<String, Object> given) {
        Map<String, Object> named = new LinkedHashMap<>(given);
        named.putIfAbsent(ClientOptions.NAME.name(), name);
        return new PublisherConfig(Options.of(place, ClientOptions.PUBLISHER, named));
    }

    private void checkDeadline() {
        Duration least = writeTimeout().plus(linger());
        if (deliveryTimeout().compareTo(least) < 0) {
            throw new InvalidOptionException(
                    ClientOptions.DELIVERY_TIMEOUT.name(),
                    deliveryTimeout().toMillis() + " ms",
                    "at least writeTimeout and linger together, " + least.toMillis() + " ms");
        }
        if (retryBackoffMax().compareTo(retryBackoff()) < 0) {
            throw new InvalidOptionException(
                    ClientOptions.RETRY_BACKOFF_MAX.name(),
                    retryBackoffMax().toMillis() + " ms",
                    "at least retryBackoff, " + retryBackoff().toMillis() + " ms");
        }
    }

    /** The same, with the hub's values where it has none of its own. */
    public PublisherConfig over(HubConfig hub) {
        return new PublisherConfig(options.over(hub, ClientOptions.PUBLISHER, Map.of()));
    }

    /** What it is called in metrics and to the broker. */
    public Optional<String> name() {
        return options.find(ClientOptions.NAME);
    }

    /** How many messages may wait or be in flight. */
    public int queueSize() {
        return options.get(ClientOptions.QUEUE_SIZE);
    }

    /** What happens to a message when the queue is full. */
    public QueueFullBehaviour queueFullBehaviour() {
        return options.get(ClientOptions.QUEUE_FULL);
    }

    /** How long a connection may take. */
    public Duration dialTimeout() {
        return options.get(ClientOptions.DIAL_TIMEOUT);
    }

    /** How long the broker may take to answer one attempt. */
    public Duration writeTimeout() {
        return options.get(ClientOptions.WRITE_TIMEOUT);
    }

    /** How often a failed attempt is repeated within the delivery deadline. */
    public int maxRetries() {
        return options.get(ClientOptions.PUBLISH_RETRIES);
    }

    /** The wait before the first repetition; it doubles, with a fifth of jitter. */
    public Duration retryBackoff() {
        return options.get(ClientOptions.RETRY_BACKOFF);
    }

    /** The longest wait between two attempts. */
    public Duration retryBackoffMax() {
        return options.get(ClientOptions.RETRY_BACKOFF_MAX);
    }

    /** How long a message may wait in the queue, and after that how long sending it may take, repetitions included. */
    public Duration deliveryTimeout() {
        return options.get(ClientOptions.DELIVERY_TIMEOUT);
    }

    /** How long a batch waits for more messages. */
    public Duration linger() {
        return options.get(ClientOptions.LINGER);
    }

    /** The most bytes of a batch. */
    public int batchBytes() {
        return options.get(ClientOptions.BATCH_BYTES);
    }

    /** Of batches: none, gzip, snappy, lz4, zstd. */
    public String compression() {
        return options.get(ClientOptions.COMPRESSION);
    }

    /** Whose acknowledgement counts: all, or 1. */
    public String acks() {
        return options.get(ClientOptions.ACKS);
    }

    /** The source id that its messages carry with a sequence, for a MessageTracker; none if absent. */
    public Optional<String> trackSource() {
        return options.find(ClientOptions.TRACK_SOURCE);
    }

    /** Sets options; each method refuses a bad value at once, with an {@link InvalidOptionException} that names the option. */
    public static final class Builder {
        private final Map<String, Object> values = new LinkedHashMap<>();

        private Builder() {}

        private <T> Builder set(Option<T> option, Object value) {
            values.put(option.name(), option.read(value));
            return this;
        }

        public Builder name(String text) {
            return set(ClientOptions.NAME, text);
        }

        /** Messages that may wait or be in flight. */
        public Builder queueSize(int number) {
            return set(ClientOptions.QUEUE_SIZE, number);
        }

        public Builder queueFullBehaviour(QueueFullBehaviour behaviour) {
            return set(ClientOptions.QUEUE_FULL, behaviour);
        }

        public Builder dialTimeout(Duration time) {
            return set(ClientOptions.DIAL_TIMEOUT, time);
        }

        public Builder writeTimeout(Duration time) {
            return set(ClientOptions.WRITE_TIMEOUT, time);
        }

        /** Attempts after the first; none also gives up idempotence. */
        public Builder maxRetries(int number) {
            return set(ClientOptions.PUBLISH_RETRIES, number);
        }

        public Builder retryBackoff(Duration time) {
            return set(ClientOptions.RETRY_BACKOFF, time);
        }

        public Builder retryBackoffMax(Duration time) {
            return set(ClientOptions.RETRY_BACKOFF_MAX, time);
        }

        public Builder deliveryTimeout(Duration time) {
            return set(ClientOptions.DELIVERY_TIMEOUT, time);
        }

        /** How long a batch waits for more messages; a batch grows without it while the one before is on its way. */
        public Builder linger(Duration time) {
            return set(ClientOptions.LINGER, time);
        }

        public Builder batchBytes(int number) {
            return set(ClientOptions.BATCH_BYTES, number);
        }

        /** none, gzip, snappy, lz4 or zstd. */
        public Builder compression(String text) {
            return set(ClientOptions.COMPRESSION, text);
        }

        /** all or 1; with 1 a publisher is not idempotent. */
        public Builder acks(String text) {
            return set(ClientOptions.ACKS, text);
        }

        /** Gives each message this source id and a sequence, for a MessageTracker. */
        public Builder trackSource(String text) {
            return set(ClientOptions.TRACK_SOURCE, text);
        }

        /** @throws InvalidOptionException if two options contradict each other */
        public PublisherConfig build() {
            return new PublisherConfig(Options.of("", ClientOptions.PUBLISHER, values));
        }
    }
}
