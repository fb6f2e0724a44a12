package io.polestar.ops.differential;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;
import org.apache.kafka.common.requests.ResponseHeader;

/** A conversation with one broker: requests in any version, whose answers go into a transcript. Used by one thread. */
final class Session implements AutoCloseable {
    private static final String CLIENT_ID = "differential";
    private static final int HELLO_CORRELATION_ID = -7;

    private final WireClient client;
    private final Masks masks = new Masks();
    private final Transcript transcript = new Transcript();
    private int correlationId;

    Session(int port) {
        client = new WireClient(port);
    }

    Transcript transcript() {
        return transcript;
    }

    /** All versions of an API that Kafka's clients know as stable. */
    static List<Short> versions(ApiKeys key) {
        return IntStream.rangeClosed(key.oldestVersion(), latest(key))
                .mapToObj(version -> (short) version)
                .toList();
    }

    static short latest(ApiKeys key) {
        return key.latestVersion(false);
    }

    /** Sends a request in every version that can express it. */
    void all(String step, ApiKeys key, ApiMessage request) {
        for (short version : versions(key)) {
            call(step, key, version, request);
        }
    }

    <T extends ApiMessage> T latest(String step, ApiKeys key, ApiMessage request, Class<T> answer) {
        return answer.cast(call(step, key, latest(key), request).orElseThrow());
    }

    /**
     * Sends a request and records the answer.
     *
     * @return the answer; empty if there was none, or the version cannot express the request
     */
    Optional<ApiMessage> call(String step, ApiKeys key, short version, ApiMessage request) {
        return exchange(step, key, version, request, true);
    }

    /** As {@link #call}, where only a part of the answer is comparable. */
    void about(String step, ApiKeys key, short version, ApiMessage request, Function<ApiMessage, JsonNode> comparable) {
        Optional<ApiMessage> answer = exchange("", key, version, request, false);
        JsonNode told = answer.map(comparable).orElse(JsonNodeFactory.instance.nullNode());
        transcript.add(new Transcript.Entry(step, key, version, masks.mask(told)));
    }

    /** As {@link #call}, but leaves no trace: for what must be so before the step of interest. */
    <T extends ApiMessage> T prepare(ApiKeys key, ApiMessage request, Class<T> answer) {
        return answer.cast(exchange("", key, latest(key), request, false).orElseThrow());
    }

    private Optional<ApiMessage> exchange(String step, ApiKeys key, short version, ApiMessage request, boolean record) {
        ByteBuffer frame;
        try {
            RequestHeader header = new RequestHeader(key, version, CLIENT_ID, ++correlationId);
            frame = RequestUtils.serialize(header.data(), header.headerVersion(), request, version);
        } catch (UnsupportedVersionException | NullPointerException e) {
            return Optional.empty();
        }
        WireClient.Outcome outcome =
                exchange(frame, request instanceof ProduceRequestData produce && produce.acks() == 0);
        ApiMessage answer = null;
        JsonNode told = reaction(outcome);
        if (outcome.reaction() == WireClient.Reaction.ANSWERED) {
            answer = parse(key, version, outcome.frame());
            told = masks.mask(Answers.toJson(answer, version));
            if (outcome.frame().hasRemaining()) {
                ((ObjectNode) told).put("trailingBytes", outcome.frame().remaining());
            }
        }
        if (record) {
            transcript.add(new Transcript.Entry(step, key, version, told));
        }
        return Optional.ofNullable(answer);
    }

    private WireClient.Outcome exchange(ByteBuffer frame, boolean mayHaveNoAnswer) {
        try {
            return mayHaveNoAnswer ? client.exchange(frame, hello(), HELLO_CORRELATION_ID) : client.exchange(frame);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ByteBuffer hello() {
        short version = latest(ApiKeys.API_VERSIONS);
        RequestHeader header = new RequestHeader(ApiKeys.API_VERSIONS, version, CLIENT_ID, HELLO_CORRELATION_ID);
        ApiVersionsRequestData request =
                new ApiVersionsRequestData().setClientSoftwareName(CLIENT_ID).setClientSoftwareVersion("1");
        return RequestUtils.serialize(header.data(), header.headerVersion(), request, version);
    }

    private ApiMessage parse(ApiKeys key, short version, ByteBuffer frame) {
        ResponseHeader header = ResponseHeader.parse(frame, key.responseHeaderVersion(version));
        if (header.correlationId() != correlationId) {
            throw new IllegalStateException("answer to " + header.correlationId() + " instead of " + correlationId);
        }
        ApiMessage answer = key.messageType.newResponse();
        answer.read(new ByteBufferAccessor(frame), version);
        return answer;
    }

    private static ObjectNode reaction(WireClient.Outcome outcome) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("reaction", outcome.reaction().name());
    }

    /** Sends a frame that need not be a request and records how the broker reacted, and the answer's bytes. */
    void frame(String step, ByteBuffer frame) {
        raw(
                step,
                ByteBuffer.allocate(Integer.BYTES + frame.remaining())
                        .putInt(frame.remaining())
                        .put(frame)
                        .array());
    }

    void raw(String step, byte[] bytes) {
        try {
            WireClient.Outcome outcome = client.exchangeRaw(bytes, 3_000);
            transcript.add(new Transcript.Entry(step, null, (short) -1, reaction(outcome)));
            client.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Notes something that the scenario worked out itself. */
    void note(String step, JsonNode value) {
        transcript.add(new Transcript.Entry(step, null, (short) -1, masks.mask(value)));
    }

    @Override
    public void close() {
        try {
            client.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
