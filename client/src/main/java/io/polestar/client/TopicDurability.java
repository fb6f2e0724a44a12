package io.polestar.client;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;

/** Which topics are on disk before the broker acknowledges: asked once a topic, and again after a while. Any thread. */
final class TopicDurability {
    /** The broker's and topics' config; a broker that has none, Apache Kafka, acknowledges from memory. */
    private static final String CONFIG = "polestar.durability";

    private static final String ON_DISK = "sync";
    private static final long FRESH_NS = TimeUnit.SECONDS.toNanos(10);

    private final Function<String, CompletableFuture<Boolean>> ask;
    private final Map<String, Answer> known = new ConcurrentHashMap<>();

    private record Answer(long askedNs, CompletableFuture<Boolean> durable) {
        boolean isFresh() {
            return System.nanoTime() - askedNs < FRESH_NS;
        }
    }

    TopicDurability(Admin admin) {
        this.ask = topic -> ask(admin, topic);
    }

    /** False if it cannot be found out. */
    CompletableFuture<Boolean> of(String topic) {
        Answer answer = known.get(topic);
        if (answer == null || !answer.isFresh()) {
            answer = known.compute(
                    topic,
                    (name, old) -> old != null && old.isFresh() ? old : new Answer(System.nanoTime(), ask.apply(name)));
        }
        return answer.durable();
    }

    private static CompletableFuture<Boolean> ask(Admin admin, String topic) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return admin.describeConfigs(List.of(resource))
                .values()
                .get(resource)
                .toCompletionStage()
                .thenApply(TopicDurability::isOnDisk)
                .exceptionally(unknown -> false)
                .toCompletableFuture();
    }

    private static boolean isOnDisk(Config config) {
        ConfigEntry entry = config.get(CONFIG);
        return entry != null && ON_DISK.equals(entry.value());
    }
}
