package io.polestar.client.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * How to reach a broker, and what its publishers and consumers have when they say nothing themselves. Immutable; from {@link
 * #builder} or a JSON or YAML file. Times in files are milliseconds, or have a unit: {@code 500}, {@code 5s}.
 */
public final class HubConfig {
    private static final String KAFKA = "kafka";
    private static final String PUBLISHERS = "publishers";
    private static final String CONSUMERS = "consumers";

    private final Options options;
    private final Map<String, String> kafka;
    private final Map<String, PublisherConfig> publishers;
    private final Map<String, ConsumerConfig> consumers;

    private HubConfig(
            Options options,
            Map<String, String> kafka,
            Map<String, PublisherConfig> publishers,
            Map<String, ConsumerConfig> consumers) {
        this.options = options;
        this.kafka = Map.copyOf(kafka);
        this.publishers = Map.copyOf(publishers);
        this.consumers = Map.copyOf(consumers);
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * Reads a JSON or YAML file; {@code ${NAME}} and {@code ${NAME:default}} in it are environment variables.
     *
     * @throws InvalidOptionException if it cannot be read, a name is unknown or a value refused; the message names them
     */
    public static HubConfig read(Path file) {
        return of(file.toString(), new ConfigFile(new Environment(System::getenv)).read(file));
    }

    static HubConfig parse(String name, String text, UnaryOperator<String> variables) {
        return of(name, new ConfigFile(new Environment(variables)).parse(name, text));
    }

    private static HubConfig of(String file, Map<String, Object> read) {
        try {
            Map<String, Object> rest = new LinkedHashMap<>(read);
            Map<String, String> kafka = Sections.texts(Sections.take(rest, "", KAFKA));
            Map<String, PublisherConfig> publishers = new LinkedHashMap<>();
            Map<String, Object> publisherSections = Sections.take(rest, "", PUBLISHERS);
            publisherSections
                    .keySet()
                    .forEach(name -> publishers.put(
                            name,
                            PublisherConfig.of(
                                    PUBLISHERS + "." + name + ".",
                                    name,
                                    Sections.take(copy(publisherSections), PUBLISHERS + ".", name))));
            Map<String, ConsumerConfig> consumers = new LinkedHashMap<>();
            Map<String, Object> consumerSections = Sections.take(rest, "", CONSUMERS);
            consumerSections
                    .keySet()
                    .forEach(name -> consumers.put(
                            name,
                            ConsumerConfig.of(
                                    CONSUMERS + "." + name + ".",
                                    name,
                                    Sections.take(copy(consumerSections), CONSUMERS + ".", name))));
            return new HubConfig(checked(rest), kafka, publishers, consumers);
        } catch (InvalidOptionException e) {
            throw new InvalidOptionException(file + ": " + e.getMessage(), e);
        }
    }

    private static Map<String, Object> copy(Map<String, Object> section) {
        return new LinkedHashMap<>(section);
    }

    private static Options checked(Map<String, Object> rest) {
        List<String> known = new ArrayList<>(List.of(KAFKA, PUBLISHERS, CONSUMERS));
        ClientOptions.HUB.forEach(option -> known.add(option.name()));
        rest.keySet().stream().filter(name -> !known.contains(name)).findFirst().ifPresent(name -> {
            throw Options.unknown("", name, known);
        });
        return Options.of("", ClientOptions.HUB, rest);
    }

    /** HOST:PORT of one or more brokers, with commas between. */
    public String bootstrap() {
        return options.get(ClientOptions.BOOTSTRAP);
    }

    /** What the broker knows this program by; the clients' ids begin with it. */
    public String name() {
        return options.find(ClientOptions.NAME).orElse("polestar");
    }

    /** Threads that handlers run on, shared by the hub's consumers. */
    public int workerCount() {
        return options.get(ClientOptions.WORKER_COUNT);
    }

    /** How long a connection may take. */
    public Duration dialTimeout() {
        return options.get(ClientOptions.DIAL_TIMEOUT);
    }

    /** How long a broker may take to answer a request that reads. */
    public Duration readTimeout() {
        return options.get(ClientOptions.READ_TIMEOUT);
    }

    /** How often it is asked whether there are new topics, where somebody reads by pattern. */
    public Duration topicRefresh() {
        return options.get(ClientOptions.TOPIC_REFRESH);
    }

    /** How often it is asked whether the broker answers. */
    public Duration healthInterval() {
        return options.get(ClientOptions.HEALTH_INTERVAL);
    }

    /** Configs of Kafka's clients, by their names: security above all. */
    public Map<String, String> kafka() {
        return kafka;
    }

    /** A publisher's config of the file's section {@code publishers}, or one of defaults, with the hub's where it is silent. */
    public PublisherConfig publisher(String name) {
        return publishers.containsKey(name)
                ? publishers.get(name)
                : PublisherConfig.builder().name(name).build();
    }

    /** A consumer's config of the file's section {@code consumers}, or one of defaults. */
    public ConsumerConfig consumer(String name) {
        return consumers.containsKey(name)
                ? consumers.get(name)
                : ConsumerConfig.builder().name(name).build();
    }

    <T> Optional<T> inherited(Option<T> option) {
        return options.find(option);
    }

    /** Sets options; each method refuses a bad value at once, with an {@link InvalidOptionException} that names the option. */
    public static final class Builder {
        private final Map<String, Object> values = new LinkedHashMap<>();
        private final Map<String, String> kafka = new LinkedHashMap<>();

        private Builder() {}

        private <T> Builder set(Option<T> option, Object value) {
            values.put(option.name(), option.read(value));
            return this;
        }

        public Builder bootstrap(String hostsAndPorts) {
            return set(ClientOptions.BOOTSTRAP, hostsAndPorts);
        }

        public Builder name(String name) {
            return set(ClientOptions.NAME, name);
        }

        /** Messages in a publisher's queue, in flight included. */
        public Builder queueSize(int messages) {
            return set(ClientOptions.QUEUE_SIZE, messages);
        }

        /** Messages in a consumer's queue. */
        public Builder clientQueueSize(int messages) {
            return set(ClientOptions.CLIENT_QUEUE_SIZE, messages);
        }

        /** Threads that handlers run on, of the whole hub. */
        public Builder workerCount(int threads) {
            return set(ClientOptions.WORKER_COUNT, threads);
        }

        /** How many of the hub's threads one consumer may use at once; all of them if not set. */
        public Builder clientWorkerCount(int threads) {
            return set(ClientOptions.CLIENT_WORKER_COUNT, threads);
        }

        public Builder queueFullBehaviour(QueueFullBehaviour behaviour) {
            return set(ClientOptions.QUEUE_FULL, behaviour);
        }

        public Builder dialTimeout(Duration timeout) {
            return set(ClientOptions.DIAL_TIMEOUT, timeout);
        }

        public Builder writeTimeout(Duration timeout) {
            return set(ClientOptions.WRITE_TIMEOUT, timeout);
        }

        public Builder readTimeout(Duration timeout) {
            return set(ClientOptions.READ_TIMEOUT, timeout);
        }

        /** How often what failed is tried again: a publisher's send, a consumer's handler. */
        public Builder maxRetries(int times) {
            return set(ClientOptions.PUBLISH_RETRIES, times);
        }

        public Builder topicRefresh(Duration interval) {
            return set(ClientOptions.TOPIC_REFRESH, interval);
        }

        public Builder healthInterval(Duration interval) {
            return set(ClientOptions.HEALTH_INTERVAL, interval);
        }

        /** A config of Kafka's clients, which all clients of the hub are given. */
        public Builder kafka(String name, String value) {
            kafka.put(name, value);
            return this;
        }

        public HubConfig build() {
            return new HubConfig(Options.of("", ClientOptions.HUB, values), kafka, Map.of(), Map.of());
        }
    }
}
