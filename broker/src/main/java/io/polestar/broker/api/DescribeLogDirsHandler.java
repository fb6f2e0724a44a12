package io.polestar.broker.api;

import io.polestar.broker.security.Access;
import io.polestar.broker.topic.Partition;
import io.polestar.broker.topic.Partitions;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsPartition;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsResult;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.DescribeLogDirsRequest;
import org.apache.kafka.common.requests.DescribeLogDirsResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * DescribeLogDirs: the one data directory, what is in it and how full its device is. v3: an error for the whole request.
 * v4: the device's size.
 */
final class DescribeLogDirsHandler implements ApiHandler<DescribeLogDirsRequest> {
    private static final Logger log = LoggerFactory.getLogger(DescribeLogDirsHandler.class);

    private final Path dataDirectory;
    private final Partitions partitions;
    private final Access access;

    DescribeLogDirsHandler(Path dataDirectory, Partitions partitions, Access access) {
        this.dataDirectory = dataDirectory.toAbsolutePath();
        this.partitions = partitions;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.DESCRIBE_LOG_DIRS;
    }

    @Override
    public CompletableFuture<? extends AbstractResponse> handle(
            RequestContext context, DescribeLogDirsRequest request) {
        DescribeLogDirsResponseData answer = new DescribeLogDirsResponseData();
        if (access.allowedOnCluster(context, AclOperation.DESCRIBE)) {
            answer.results().add(describe(asked(request)));
        } else {
            answer.setErrorCode(Errors.CLUSTER_AUTHORIZATION_FAILED.code());
        }
        return CompletableFuture.completedFuture(new DescribeLogDirsResponse(answer));
    }

    private Collection<Partition> asked(DescribeLogDirsRequest request) {
        if (request.isAllTopicPartitions()) {
            return partitions.all();
        }
        Set<TopicPartition> asked = request.data().topics().stream()
                .flatMap(topic -> topic.partitions().stream().map(index -> new TopicPartition(topic.topic(), index)))
                .collect(Collectors.toSet());
        return asked.stream().flatMap(tp -> partitions.find(tp).stream()).toList();
    }

    private DescribeLogDirsResult describe(Collection<Partition> asked) {
        DescribeLogDirsResult result = new DescribeLogDirsResult().setLogDir(dataDirectory.toString());
        try {
            FileStore device = Files.getFileStore(dataDirectory);
            return result.setTopics(topics(asked))
                    .setTotalBytes(capped(device.getTotalSpace()))
                    .setUsableBytes(capped(device.getUsableSpace()));
        } catch (IOException e) {
            log.warn("directory={} event=describe_failed", dataDirectory, e);
            return result.setErrorCode(Errors.KAFKA_STORAGE_ERROR.code());
        }
    }

    private static List<DescribeLogDirsTopic> topics(Collection<Partition> asked) {
        Map<String, DescribeLogDirsTopic> byName = new TreeMap<>();
        for (Partition partition : asked) {
            TopicPartition id = partition.topicPartition();
            byName.computeIfAbsent(id.topic(), name -> new DescribeLogDirsTopic().setName(name))
                    .partitions()
                    .add(new DescribeLogDirsPartition()
                            .setPartitionIndex(id.partition())
                            .setPartitionSize(partition.sizeInBytes())
                            .setOffsetLag(partition.logEndOffset() - partition.highWatermark()));
        }
        return List.copyOf(byName.values());
    }

    /** A file system may claim more than a long holds; Java then answers with a negative number. */
    private static long capped(long bytes) {
        return bytes < 0 ? Long.MAX_VALUE : bytes;
    }
}
