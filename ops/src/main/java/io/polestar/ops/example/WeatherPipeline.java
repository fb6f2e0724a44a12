package io.polestar.ops.example;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Publishes observations with an idempotent producer, kills the broker with -9 while some are on their way, starts it
 * again, publishes the rest, and replays everything from offset 0. One thread's.
 */
final class WeatherPipeline {
    private static final int DELIVERY_TIMEOUT_MS = 120_000;
    private static final int REQUEST_TIMEOUT_MS = 10_000;

    private final List<Observation> observations;
    private final ChildBroker broker;
    private final int killAt;

    /**
     * @param broker not started yet
     * @param seed decides where in the middle third of the observations the broker is killed
     */
    WeatherPipeline(List<Observation> observations, ChildBroker broker, long seed) {
        this.observations = observations;
        this.broker = broker;
        int third = observations.size() / 3;
        this.killAt = third + new Random(seed).nextInt(Math.max(1, third));
    }

    /** After how many observations the broker is killed. */
    int killAt() {
        return killAt;
    }

    /** Runs it all; one report a topic, by name. */
    List<TopicReport> run() throws IOException, InterruptedException, ExecutionException {
        Map<String, List<Observation>> published = observations.stream()
                .collect(Collectors.groupingBy(Observation::topic, TreeMap::new, Collectors.toList()));
        broker.start();
        createTopics(published.keySet().stream().toList());
        Map<String, Long> produced = publish();
        Map<String, Long> stored = stored(published.keySet().stream().toList());
        Map<String, List<Observation>> replayed = new Replay(broker.bootstrap()).of(published.keySet());
        return published.entrySet().stream()
                .map(topic -> TopicReport.of(
                        topic.getKey(),
                        produced.getOrDefault(topic.getKey(), 0L),
                        stored.get(topic.getKey()),
                        topic.getValue(),
                        replayed.getOrDefault(topic.getKey(), List.of())))
                .toList();
    }

    private void createTopics(List<String> names) throws InterruptedException, ExecutionException {
        try (Admin admin = admin()) {
            admin.createTopics(names.stream()
                            .map(name -> new NewTopic(name, Optional.of(1), Optional.empty()))
                            .toList())
                    .all()
                    .get();
        }
    }

    /** @return how many were acknowledged, by topic */
    private Map<String, Long> publish() throws IOException, InterruptedException, ExecutionException {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try (Producer<String, String> producer = producer()) {
            for (Observation observation : observations) {
                if (sent.size() == killAt) {
                    killAndRestart(sent);
                }
                sent.add(producer.send(new ProducerRecord<>(
                        observation.topic(), null, observation.timestampMs(), null, observation.json())));
            }
            producer.flush();
        }
        List<String> acknowledged = new ArrayList<>();
        for (Future<RecordMetadata> future : sent) {
            acknowledged.add(future.get().topic());
        }
        return acknowledged.stream().collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    }

    /** The first half of what was sent is known to be acknowledged, the newest is likely still on its way. */
    private void killAndRestart(List<Future<RecordMetadata>> sent)
            throws IOException, InterruptedException, ExecutionException {
        sent.get(sent.size() / 2).get();
        broker.kill();
        broker.start();
    }

    private Map<String, Long> stored(List<String> names) throws InterruptedException, ExecutionException {
        try (Admin admin = admin()) {
            Map<TopicPartition, ListOffsetsResultInfo> ends = offsets(admin, names, OffsetSpec.latest());
            Map<TopicPartition, ListOffsetsResultInfo> firsts = offsets(admin, names, OffsetSpec.earliest());
            return ends.entrySet().stream()
                    .collect(Collectors.toMap(
                            end -> end.getKey().topic(),
                            end -> end.getValue().offset()
                                    - firsts.get(end.getKey()).offset()));
        }
    }

    private static Map<TopicPartition, ListOffsetsResultInfo> offsets(Admin admin, List<String> names, OffsetSpec which)
            throws InterruptedException, ExecutionException {
        return admin.listOffsets(
                        names.stream().collect(Collectors.toMap(name -> new TopicPartition(name, 0), name -> which)))
                .all()
                .get();
    }

    private Admin admin() {
        return Admin.create(Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrap()));
    }

    private Producer<String, String> producer() {
        Map<String, Object> properties = Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                broker.bootstrap(),
                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                true,
                ProducerConfig.ACKS_CONFIG,
                "all",
                ProducerConfig.COMPRESSION_TYPE_CONFIG,
                "lz4",
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                REQUEST_TIMEOUT_MS,
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                DELIVERY_TIMEOUT_MS);
        return new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer());
    }
}
