package io.polestar.broker;

import io.polestar.storage.Disk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.network.SocketServerConfigs;
import org.apache.kafka.server.config.ServerLogConfigs;

/** A whole broker in this process, on a free port and a folder that the test owns, and stock clients for it. */
public final class BrokerFixture implements AutoCloseable {
    private final Broker broker;

    private BrokerFixture(Broker broker) {
        this.broker = broker;
    }

    public static Builder builder(Path directory) {
        return new Builder(directory);
    }

    /** What to start. */
    public static final class Builder {
        private final Map<String, String> settings = new HashMap<>();

        private Builder(Path directory) {
            settings.put(ServerLogConfigs.LOG_DIR_CONFIG, directory.toString());
            settings.put(SocketServerConfigs.LISTENERS_CONFIG, "PLAINTEXT://127.0.0.1:0");
            settings.put(PolestarConfigs.HTTP_LISTEN, "");
        }

        public Builder with(String name, Object value) {
            settings.put(name, value.toString());
            return this;
        }

        public BrokerFixture start() {
            return start(Disk.system());
        }

        /** On a device that the test controls. */
        public BrokerFixture start(Disk disk) {
            try {
                return new BrokerFixture(Broker.start(BrokerConfig.of(settings), disk));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    public Broker broker() {
        return broker;
    }

    public String bootstrapServers() {
        return broker.bootstrapServers();
    }

    private Properties properties(Map<String, ?> more) {
        Properties properties = new Properties();
        properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers());
        properties.putAll(more);
        return properties;
    }

    public Admin admin() {
        return Admin.create(properties(Map.of()));
    }

    public KafkaProducer<String, String> producer(Map<String, ?> configs) {
        return new KafkaProducer<>(properties(configs), new StringSerializer(), new StringSerializer());
    }

    public KafkaConsumer<String, String> consumer(Map<String, ?> configs) {
        Map<String, Object> all = new HashMap<>(configs);
        all.putIfAbsent(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        return new KafkaConsumer<>(properties(all), new StringDeserializer(), new StringDeserializer());
    }

    /** The sum of the samples of {@code /metrics} whose line begins so; the broker must have been given an HTTP address. */
    double sample(String start) throws Exception {
        URI page = URI.create("http://127.0.0.1:" + broker.httpPort().orElseThrow() + "/metrics");
        String text = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString())
                .body();
        return text.lines()
                .filter(line -> line.startsWith(start))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    @Override
    public void close() {
        broker.close();
    }
}
