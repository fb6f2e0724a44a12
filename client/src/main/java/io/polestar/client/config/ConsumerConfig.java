package io.polestar.client.config;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a consumer reads, and how it handles. Immutable. What is not set is the hub's, then the default. */
public final class ConsumerConfig {
    private final Options options;

    private ConsumerConfig(Options options) {
        this.options = options;
        if (retryBackoffMax().compareTo(retryBackoff()) < 0) {
            throw new InvalidOptionException(
                    ClientOptions.RETRY_BACKOFF_MAX.name(),
                    retryBackoffMax().toMillis() + " ms",
                    "at least retryBackoff, " + retryBackoff().toMillis() + " ms");
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    static ConsumerConfig of(String place, String name, Map<String, Object> given) {
        Map<String, Object> named = new LinkedHashMap<>(given);
        named.putIfAbsent(ClientOptions.NAME.name(), name);
        return new ConsumerConfig(Options.of(place, ClientOptions.CONSUMER, named));
    }

    /** The same, with the hub's values where it has none of its own. */
    public ConsumerConfig over(HubConfig hub) {
        return new ConsumerConfig(options.over(hub, ClientOptions.CONSUMER, ClientOptions.inheritedByConsumers()));
    }

    /** The name of its group, too. */
    public String name() {
        return options.find(ClientOptions.NAME)
                .orElseThrow(() -> new InvalidOptionException(
                        ClientOptions.NAME.name(), "nothing", "a consumer's name; it is the name of its group"));
    }

    /** How many handlers may run at once; empty: as many as the hub has threads. */
    public Optional<Integer> workerCount() {
        return options.find(ClientOptions.WORKER_COUNT);
    }

    /** A builder that begins with these options. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.values.putAll(options.all());
        return builder;
    }

    /** Topics and patterns that it subscribes to. */
    public List<String> topics() {
        return options.get(ClientOptions.TOPICS);
    }

    /** How many messages may be fetched and not handled. */
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

    /** How long the broker may take to answer. */
    public Duration readTimeout() {
        return options.get(ClientOptions.READ_TIMEOUT);
    }

    /** How often a handler is tried again before the dead letter. */
    public int maxRetries() {
        return options.get(ClientOptions.HANDLE_RETRIES);
    }

    /** The wait before the second attempt; it doubles, with jitter. */
    public Duration retryBackoff() {
        return options.get(ClientOptions.RETRY_BACKOFF);
    }

    /** The longest wait between two attempts. */
    public Duration retryBackoffMax() {
        return options.get(ClientOptions.RETRY_BACKOFF_MAX);
    }

    /** The most messages that a batch handler is given at once. */
    public int batchSize() {
        return options.get(ClientOptions.BATCH_SIZE);
    }

    /** consumer (KIP-848), or classic. */
    public String groupProtocol() {
        return options.get(ClientOptions.GROUP_PROTOCOL);
    }

    /** How often what was handled is committed. */
    public Duration commitInterval() {
        return options.get(ClientOptions.COMMIT_INTERVAL);
    }

    /** How long handlers that run are waited for when partitions or the consumer go. */
    public Duration drainTimeout() {
        return options.get(ClientOptions.DRAIN_TIMEOUT);
    }

    /** Whether what cannot be handled goes to a dead-letter topic; if not, it is tried for ever. */
    public boolean deadLetters() {
        return options.get(ClientOptions.DEAD_LETTERS);
    }

    /** The one topic for all dead letters; by default each topic has its own. */
    public Optional<String> deadLetterTopic() {
        return options.find(ClientOptions.DEAD_LETTER_TOPIC);
    }

    /** What a topic's name ends in for its dead letters. */
    public String deadLetterSuffix() {
        return options.get(ClientOptions.DEAD_LETTER_SUFFIX);
    }

    /** Where a partition without a commit begins: beginning, end, an offset, or a time in ISO-8601. */
    public String from() {
        return options.get(ClientOptions.START);
    }

    /** Whether it stops at what was the end when it began. */
    public boolean stopAtEnd() {
        return options.get(ClientOptions.STOP_AT_END);
    }

    /** Whether it reads all partitions for itself, outside any group, and commits nothing. */
    public boolean replay() {
        return options.get(ClientOptions.REPLAY);
    }

    /** Sets options; each method refuses a bad value at once, with an {@link InvalidOptionException} that names the option. */
    public static final class Builder {
        private final Map<String, Object> values = new LinkedHashMap<>();

        private Builder() {}

        private <T> Builder set(Option<T> option, Object value) {
            values.put(option.name(), option.read(value));
            return this;
        }

        /** Topics and patterns, {@code weather.*.london}. */
        public Builder topics(String... topicsAndPatterns) {
            return topics(List.of(topicsAndPatterns));
        }

        /** Its group's, too. */
        public Builder name(String name) {
            return set(ClientOptions.NAME, name);
        }

        /** How many handlers may run at once. */
        public Builder workerCount(int threads) {
            return set(ClientOptions.WORKER_COUNT, threads);
        }

        public Builder topics(List<String> texts) {
            return set(ClientOptions.TOPICS, texts);
        }

        /** Messages fetched and not handled. */
        public Builder queueSize(int number) {
            return set(ClientOptions.QUEUE_SIZE, number);
        }

        public Builder queueFullBehaviour(QueueFullBehaviour behaviour) {
            return set(ClientOptions.QUEUE_FULL, behaviour);
        }

        public Builder dialTimeout(Duration time) {
            return set(ClientOptions.DIAL_TIMEOUT, time);
        }

        public Builder readTimeout(Duration time) {
            return set(ClientOptions.READ_TIMEOUT, time);
        }

        /** Attempts after the first. */
        public Builder maxRetries(int number) {
            return set(ClientOptions.HANDLE_RETRIES, number);
        }

        public Builder retryBackoff(Duration time) {
            return set(ClientOptions.RETRY_BACKOFF, time);
        }

        public Builder retryBackoffMax(Duration time) {
            return set(ClientOptions.RETRY_BACKOFF_MAX, time);
        }

        public Builder batchSize(int number) {
            return set(ClientOptions.BATCH_SIZE, number);
        }

        /** consumer (KIP-848), or classic for older brokers. */
        public Builder groupProtocol(String text) {
            return set(ClientOptions.GROUP_PROTOCOL, text);
        }

        public Builder commitInterval(Duration time) {
            return set(ClientOptions.COMMIT_INTERVAL, time);
        }

        public Builder drainTimeout(Duration time) {
            return set(ClientOptions.DRAIN_TIMEOUT, time);
        }

        /** If not, what cannot be handled is tried for ever. */
        public Builder deadLetters(boolean yes) {
            return set(ClientOptions.DEAD_LETTERS, yes);
        }

        /** One topic for all dead letters. */
        public Builder deadLetterTopic(String text) {
            return set(ClientOptions.DEAD_LETTER_TOPIC, text);
        }

        public Builder deadLetterSuffix(String text) {
            return set(ClientOptions.DEAD_LETTER_SUFFIX, text);
        }

        /** beginning, end, an offset, or a time in ISO-8601: where a partition without a commit begins. */
        public Builder from(String text) {
            return set(ClientOptions.START, text);
        }

        public Builder stopAtEnd(boolean yes) {
            return set(ClientOptions.STOP_AT_END, yes);
        }

        public Builder replay(boolean yes) {
            return set(ClientOptions.REPLAY, yes);
        }

        /** @throws InvalidOptionException if two options contradict each other */
        public ConsumerConfig build() {
            return new ConsumerConfig(Options.of("", ClientOptions.CONSUMER, values));
        }
    }
}
