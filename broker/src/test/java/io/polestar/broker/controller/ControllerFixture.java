package io.polestar.broker.controller;

import io.polestar.broker.BrokerConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Endpoint;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.controller.ControllerRequestContext;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.server.config.ServerLogConfigs;

/** A running controller with a registered, unfenced broker, over a folder that the test owns. */
public final class ControllerFixture implements AutoCloseable {
    private final BrokerConfig config;
    private final EmbeddedController controller;
    private final Metrics metrics = new Metrics();
    private final List<Throwable> faults = new CopyOnWriteArrayList<>();

    private ControllerFixture(BrokerConfig config, List<MetadataPublisher> publishers) {
        this.config = config;
        MetadataFormat format = MetadataFormat.readOrCreate(new MetadataFormat.Request(
                config.dataDirectory(), config.nodeId(), Optional.empty(), Optional.empty()));
        this.controller = EmbeddedController.start(config, format, metrics, Time.SYSTEM, faults::add);
        var installed = controller.installPublishers(publishers);
        var registered =
                controller.register(List.of(new Endpoint("PLAINTEXT", SecurityProtocol.PLAINTEXT, "localhost", 19092)));
        await(installed);
        await(registered);
        await(controller.unfence());
    }

    public static Builder builder(Path directory) {
        return new Builder(directory);
    }

    /** What to start. */
    public static final class Builder {
        private final Map<String, String> settings = new HashMap<>();
        private final List<MetadataPublisher> publishers = new ArrayList<>();

        private Builder(Path directory) {
            settings.put(ServerLogConfigs.LOG_DIR_CONFIG, directory.toString());
        }

        public Builder with(String name, Object value) {
            settings.put(name, value.toString());
            return this;
        }

        public Builder with(MetadataPublisher publisher) {
            publishers.add(publisher);
            return this;
        }

        /** What it would be started with. */
        public BrokerConfig config() {
            return BrokerConfig.of(settings);
        }

        public ControllerFixture start() {
            return new ControllerFixture(config(), publishers);
        }
    }

    /** The future's value, waited for with a limit. */
    public static <T> T await(java.util.concurrent.CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    public EmbeddedController controller() {
        return controller;
    }

    public BrokerConfig config() {
        return config;
    }

    public List<Throwable> faults() {
        return faults;
    }

    /** A context for a direct call of the controller. */
    public static ControllerRequestContext anonymous() {
        return new ControllerRequestContext(new RequestHeaderData(), KafkaPrincipal.ANONYMOUS, OptionalLong.empty());
    }

    /** Stops as a broker does that is asked to. */
    public void stopCleanly() {
        controller.controlledShutdown();
        close();
    }

    @Override
    public void close() {
        controller.close();
        metrics.close();
    }
}
