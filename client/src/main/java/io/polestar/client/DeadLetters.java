package io.polestar.client;

import io.polestar.client.config.ConsumerConfig;
import io.polestar.protocol.RecordHeaders;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.header.Header;

/** Publishes what a consumer could not handle, as it was, with headers that say where it was and why. Any thread. */
final class DeadLetters {
    private static final int MAX_MESSAGE_LENGTH = 1000;

    private final ConsumerConfig config;
    private final Admin admin;
    private final Supplier<Publisher> publisher;
    private final Map<String, CompletableFuture<Void>> topics = new ConcurrentHashMap<>();

    /** @param publisher asked for with the first letter */
    DeadLetters(ConsumerConfig config, Admin admin, Supplier<Publisher> publisher) {
        this.config = config;
        this.admin = admin;
        this.publisher = publisher;
    }

    /** Completes with the letter's place when it is acknowledged. */
    CompletableFuture<Receipt> send(Message message, Throwable cause, int attempts) {
        String topic = config.deadLetterTopic().orElse(message.topic() + config.deadLetterSuffix());
        return topics.compute(
                        topic,
                        (name, known) -> known == null || known.isCompletedExceptionally() ? create(name) : known)
                .thenCompose(exists -> publisher.get().publish(letter(topic, message, cause, attempts)));
    }

    /** Also where the broker creates no topics by itself; that it exists already, or that we may not, is no reason to fail. */
    private CompletableFuture<Void> create(String topic) {
        return admin.createTopics(List.of(new NewTopic(topic, Optional.empty(), Optional.empty())))
                .all()
                .toCompletionStage()
                .exceptionally(refusal -> null)
                .toCompletableFuture();
    }

    private Outgoing letter(String topic, Message message, Throwable cause, int attempts) {
        Outgoing letter =
                Outgoing.of(topic, message.value()).withKey(message.key()).withTimestampMs(message.timestampMs());
        for (Header header : message.headers()) {
            letter = letter.withHeader(header.key(), header.value());
        }
        return letter.withHeader(RecordHeaders.DEAD_TOPIC, message.topic())
                .withHeader(RecordHeaders.DEAD_PARTITION, Integer.toString(message.partition()))
                .withHeader(RecordHeaders.DEAD_OFFSET, Long.toString(message.offset()))
                .withHeader(RecordHeaders.DEAD_CONSUMER, config.name())
                .withHeader(RecordHeaders.DEAD_CAUSE, cause.getClass().getName())
                .withHeader(RecordHeaders.DEAD_MESSAGE, shortened(cause.getMessage()))
                .withHeader(RecordHeaders.DEAD_ATTEMPTS, Integer.toString(attempts));
    }

    private static String shortened(String text) {
        if (text == null) {
            return "";
        }
        return text.length() <= MAX_MESSAGE_LENGTH ? text : text.substring(0, MAX_MESSAGE_LENGTH);
    }
}
