package io.polestar.broker.controller;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.bootstrap.BootstrapDirectory;
import org.apache.kafka.metadata.bootstrap.BootstrapMetadata;
import org.apache.kafka.metadata.properties.MetaProperties;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.raft.DynamicVoter;
import org.apache.kafka.raft.DynamicVoters;
import org.apache.kafka.snapshot.Snapshots;

/**
 * What a data directory says of its cluster ({@code meta.properties}, {@code bootstrap.checkpoint}); written at the first
 * start. The directory must be locked by the caller.
 *
 * @param clusterId the cluster's id
 * @param nodeId this node's id
 * @param directoryId the stable id of the directory
 * @param bootstrap the records a new metadata log starts with
 */
public record MetadataFormat(String clusterId, int nodeId, Uuid directoryId, BootstrapMetadata bootstrap) {

    /** What a directory without {@code meta.properties} is formatted as: a cluster of one voter. */
    public record Request(Path directory, int nodeId, Optional<Uuid> directoryId, Optional<String> clusterId) {}

    /**
     * Reads the directory's format, after formatting it if it was not.
     *
     * @throws KafkaException if it belongs to another node, directory id or cluster than requested; the message names both
     */
    public static MetadataFormat readOrCreate(Request wanted) {
        try {
            Files.createDirectories(wanted.directory());
            if (!Files.exists(wanted.directory().resolve(MetaPropertiesEnsemble.META_PROPERTIES_NAME))) {
                format(wanted);
            } else {
                requireMetadataLog(wanted.directory());
            }
            return read(wanted);
        } catch (IOException e) {
            throw new KafkaException("Cannot format " + wanted.directory() + ": " + e.getMessage(), e);
        }
    }

    /** Kafka would begin an empty one, in which no topic is known; or, without a snapshot, wait for voters for ever. */
    private static void requireMetadataLog(Path directory) throws IOException {
        Path metadataLog = directory.resolve("__cluster_metadata-0");
        if (!Files.isDirectory(metadataLog)) {
            throw lost(directory, metadataLog + " is missing");
        }
        try (DirectoryStream<Path> snapshots = Files.newDirectoryStream(metadataLog, "*" + Snapshots.SUFFIX)) {
            if (!snapshots.iterator().hasNext()) {
                throw lost(directory, metadataLog + " holds no snapshot (*" + Snapshots.SUFFIX + ")");
            }
        }
    }

    private static KafkaException lost(Path directory, String what) {
        return new KafkaException(what + ", although "
                + directory.resolve(MetaPropertiesEnsemble.META_PROPERTIES_NAME)
                + " is there: restore it, it holds all topics and configs");
    }

    private static void format(Request wanted) throws IOException {
        Uuid directoryId = wanted.directoryId().orElseGet(Uuid::randomUuid);
        String directory = wanted.directory().toString();
        DynamicVoter self = new DynamicVoter(
                directoryId, wanted.nodeId(), RaftNode.VOTER_ADDRESS.getHostString(), RaftNode.VOTER_ADDRESS.getPort());
        Formatter formatter = new Formatter()
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream()))
                .setNodeId(wanted.nodeId())
                .setClusterId(
                        wanted.clusterId().orElseGet(() -> Uuid.randomUuid().toString()))
                .addDirectory(directory)
                .setMetadataLogDirectory(directory)
                .setControllerListenerName(RaftNode.LISTENER.value())
                .setHasDynamicQuorum(true)
                .setInitialControllers(new DynamicVoters(List.of(self)));
        ClusterFeatures.initialLevels().forEach(formatter::setFeatureLevel);
        run(formatter);
    }

    private static void run(Formatter formatter) throws IOException {
        try {
            formatter.run();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new KafkaException("Cannot format the metadata log", e);
        }
    }

    private static MetadataFormat read(Request wanted) throws IOException {
        String directory = wanted.directory().toString();
        MetaPropertiesEnsemble ensemble =
                new MetaPropertiesEnsemble.Loader().addMetadataLogDir(directory).load();
        verify(ensemble, wanted);
        MetaProperties properties = ensemble.logDirProps().get(directory);
        Uuid directoryId = properties
                .directoryId()
                .orElseThrow(() -> new KafkaException(
                        "No directory.id in " + wanted.directory().resolve(MetaPropertiesEnsemble.META_PROPERTIES_NAME)
                                + ": restore the file"));
        if (!directoryId.equals(wanted.directoryId().orElse(directoryId))) {
            throw new KafkaException("The meta.properties of " + directory + " has directory.id " + directoryId
                    + ", its logs belong to " + wanted.directoryId().get());
        }
        return new MetadataFormat(
                properties.clusterId().orElseThrow(),
                properties.nodeId().orElseThrow(),
                directoryId,
                readBootstrap(directory));
    }

    private static void verify(MetaPropertiesEnsemble ensemble, Request wanted) {
        try {
            ensemble.verify(
                    wanted.clusterId(),
                    OptionalInt.of(wanted.nodeId()),
                    EnumSet.of(
                            MetaPropertiesEnsemble.VerificationFlag.REQUIRE_AT_LEAST_ONE_VALID,
                            MetaPropertiesEnsemble.VerificationFlag.REQUIRE_METADATA_LOG_DIR));
        } catch (RuntimeException e) {
            throw new KafkaException(
                    wanted.directory().resolve(MetaPropertiesEnsemble.META_PROPERTIES_NAME)
                            + " does not say what this node is: " + e.getMessage(),
                    e);
        }
    }

    private static BootstrapMetadata readBootstrap(String directory) {
        try {
            return new BootstrapDirectory(directory).read();
        } catch (Exception e) {
            throw new KafkaException(
                    "Cannot read " + BootstrapDirectory.BINARY_BOOTSTRAP_FILENAME + " in " + directory, e);
        }
    }
}
