package io.polestar.ops.differential;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.InvocationTargetException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Predicate;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.utils.Utils;

/** Turns answers into trees, by Kafka's own generated converters; record batches are opened up. */
final class Answers {
    private Answers() {}

    static JsonNode toJson(ApiMessage answer, short version) {
        try {
            Class<?> converter = Class.forName(answer.getClass().getName() + "JsonConverter");
            JsonNode json = (JsonNode)
                    converter.getMethod("write", answer.getClass(), short.class).invoke(null, answer, version);
            if (answer instanceof FetchResponseData fetched) {
                openRecords(fetched, json);
            } else if (answer instanceof ShareFetchResponseData shared) {
                openRecords(shared, json);
            }
            return json;
        } catch (ClassNotFoundException | NoSuchMethodException | IllegalAccessException e) {
            throw new IllegalStateException(e);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException("No JSON of " + answer, e.getCause());
        }
    }

    static ApiMessage fromJson(ApiKeys key, JsonNode json, short version) {
        try {
            Class<?> converter =
                    Class.forName(key.messageType.newRequest().getClass().getName() + "JsonConverter");
            return (ApiMessage)
                    converter.getMethod("read", JsonNode.class, short.class).invoke(null, json, version);
        } catch (ClassNotFoundException | NoSuchMethodException | IllegalAccessException e) {
            throw new IllegalStateException(e);
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException("No request of " + json, e.getCause());
        }
    }

    /** Opens the records, and lists partitions one by one: their grouping and order have no meaning. */
    private static void openRecords(FetchResponseData fetched, JsonNode json) {
        ArrayNode flat = JsonNodeFactory.instance.arrayNode();
        List<FetchableTopicResponse> topics = fetched.responses();
        for (int t = 0; t < topics.size(); t++) {
            List<PartitionData> partitions = topics.get(t).partitions();
            for (int p = 0; p < partitions.size(); p++) {
                ObjectNode partition = (ObjectNode)
                        json.get("responses").get(t).get("partitions").get(p);
                partition.set("records", batches(partitions.get(p).records()));
                partition.put("topic", topics.get(t).topic() + topics.get(t).topicId());
                flat.add(partition);
            }
        }
        ((ObjectNode) json).set("responses", flat);
    }

    private static void openRecords(ShareFetchResponseData shared, JsonNode json) {
        int t = 0;
        for (ShareFetchResponseData.ShareFetchableTopicResponse topic : shared.responses()) {
            int p = 0;
            for (ShareFetchResponseData.PartitionData partition : topic.partitions()) {
                ((ObjectNode) json.get("responses").get(t).get("partitions").get(p++))
                        .set("records", batches(partition.records()));
            }
            t++;
        }
        leaveOutWhatSaysNothing((ArrayNode) json.get("responses"));
    }

    /** Whether a partition without anything to give is named depends on what was looked at by then. */
    private static void leaveOutWhatSaysNothing(ArrayNode responses) {
        for (JsonNode topic : responses) {
            removeIf(
                    (ArrayNode) topic.get("partitions"),
                    partition -> partition.get("errorCode").asInt() == 0
                            && partition.get("acknowledgeErrorCode").asInt() == 0
                            && partition.get("records").isEmpty());
        }
        removeIf(responses, topic -> topic.get("partitions").isEmpty());
    }

    private static void removeIf(ArrayNode array, Predicate<JsonNode> condition) {
        for (int i = array.size() - 1; i >= 0; i--) {
            if (condition.test(array.get(i))) {
                array.remove(i);
            }
        }
    }

    private static JsonNode batches(BaseRecords records) {
        if (records == null) {
            return JsonNodeFactory.instance.nullNode();
        }
        ArrayNode batches = JsonNodeFactory.instance.arrayNode();
        addBatches((MemoryRecords) records, batches);
        return batches;
    }

    /** Adds whole batches; a part of one at the end, as Kafka sends it, counts for nothing. Returns the next offset. */
    static long addBatches(MemoryRecords records, ArrayNode batches) {
        long next = 0;
        for (MutableRecordBatch batch : records.batches()) {
            batches.add(batch(batch));
            next = batch.nextOffset();
        }
        return next;
    }

    private static ObjectNode batch(MutableRecordBatch batch) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("baseOffset", batch.baseOffset())
                .put("lastOffset", batch.lastOffset())
                .put("magic", batch.magic())
                .put("valid", batch.isValid())
                .put("codec", batch.compressionType().name)
                .put("timestampType", batch.timestampType().name)
                .put("maxTimestamp", batch.maxTimestamp())
                .put("leaderEpoch", batch.partitionLeaderEpoch())
                .put("producerEpoch", batch.producerEpoch())
                .put("baseSequence", batch.baseSequence());
        ArrayNode records = json.putArray("records");
        try {
            batch.ensureValid();
            addRecords(batch, records);
        } catch (KafkaException e) {
            records.add("unreadable");
        }
        return json;
    }

    private static void addRecords(MutableRecordBatch batch, ArrayNode records) {
        for (Record record : batch) {
            records.add(record.offset() + "@" + (record.timestamp() > 1_700_000_000_000L ? "now" : record.timestamp())
                    + " " + text(record.key()) + "=" + text(record.value()) + " headers "
                    + record.headers().length);
        }
    }

    private static String text(ByteBuffer bytes) {
        return bytes == null ? "null" : bytes.remaining() > 20 ? bytes.remaining() + "B" : Utils.utf8(bytes);
    }
}
