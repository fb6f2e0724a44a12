package io.polestar.broker.api;

import io.polestar.broker.security.Access;
import io.polestar.broker.topic.Partitions;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData.AlterReplicaLogDirPartitionResult;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData.AlterReplicaLogDirTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AlterReplicaLogDirsRequest;
import org.apache.kafka.common.requests.AlterReplicaLogDirsResponse;
import org.apache.kafka.common.requests.RequestContext;

/**
 * AlterReplicaLogDirs: there is one data directory, so each log is where it can be, and any other directory is one that is not
 * configured (LOG_DIR_NOT_FOUND).
 */
final class AlterReplicaLogDirsHandler implements ApiHandler<AlterReplicaLogDirsRequest> {
    /** What Kafka appends to the name of a log's folder while the log is moved, and the longest such name. */
    private static final String FUTURE_SUFFIX = "." + "0".repeat(32) + "-future";

    private static final int LONGEST_FOLDER_NAME = 255;

    private final Path dataDirectory;
    private final Partitions partitions;
    private final Access access;

    AlterReplicaLogDirsHandler(Path dataDirectory, Partitions partitions, Access access) {
        this.dataDirectory = dataDirectory.toAbsolutePath();
        this.partitions = partitions;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.ALTER_REPLICA_LOG_DIRS;
    }

    @Override
    public CompletableFuture<AlterReplicaLogDirsResponse> handle(
            RequestContext context, AlterReplicaLogDirsRequest request) {
        access.requireOnCluster(context, AclOperation.ALTER);
        Map<String, AlterReplicaLogDirTopicResult> topics = new TreeMap<>();
        request.partitionDirs()
                .forEach((partition, directory) -> topics.computeIfAbsent(
                                partition.topic(), name -> new AlterReplicaLogDirTopicResult().setTopicName(name))
                        .partitions()
                        .add(new AlterReplicaLogDirPartitionResult()
                                .setPartitionIndex(partition.partition())
                                .setErrorCode(move(partition, directory).code())));
        AlterReplicaLogDirsResponseData answer = new AlterReplicaLogDirsResponseData();
        answer.results().addAll(topics.values());
        return CompletableFuture.completedFuture(new AlterReplicaLogDirsResponse(answer));
    }

    private Errors move(TopicPartition partition, String directory) {
        if (partition.toString().length() + FUTURE_SUFFIX.length() > LONGEST_FOLDER_NAME) {
            return Errors.INVALID_TOPIC_EXCEPTION;
        }
        if (!isOurs(directory)) {
            return Errors.LOG_DIR_NOT_FOUND;
        }
        return partitions.find(partition).isPresent() ? Errors.NONE : Errors.UNKNOWN_TOPIC_OR_PARTITION;
    }

    private boolean isOurs(String directory) {
        return directory.equals(dataDirectory.toString());
    }
}
