package io.polestar.broker.controller;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.server.common.GroupVersion;
import org.apache.kafka.server.common.MetadataVersion;
import org.apache.kafka.server.common.StreamsVersion;
import org.apache.kafka.server.common.TransactionVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetadataFormatTest {
    @TempDir
    Path directory;

    @Test
    void shouldTakeTheIdsGivenWhenTheDirectoryIsNew() {
        Uuid directoryId = Uuid.randomUuid();

        MetadataFormat format = format(1, Optional.of(directoryId), Optional.of("a-cluster"));

        assertEquals("a-cluster", format.clusterId());
        assertEquals(directoryId, format.directoryId());
        assertEquals(1, format.nodeId());
    }

    @Test
    void shouldReadTheSameWhenFormattedBefore() {
        MetadataFormat first = format(1, Optional.empty(), Optional.empty());

        MetadataFormat second = format(1, Optional.empty(), Optional.empty());

        assertEquals(first.clusterId(), second.clusterId());
        assertEquals(first.directoryId(), second.directoryId());
        assertEquals(first.bootstrap().records(), second.bootstrap().records());
    }

    @Test
    void shouldStartWithTheFeaturesThatAreImplemented() {
        MetadataFormat format = format(1, Optional.empty(), Optional.empty());

        assertEquals(MetadataVersion.latestProduction(), format.bootstrap().metadataVersion());
        assertEquals(1, format.bootstrap().featureLevel(GroupVersion.FEATURE_NAME));
        assertEquals(2, format.bootstrap().featureLevel(TransactionVersion.FEATURE_NAME));
        assertEquals(1, format.bootstrap().featureLevel(StreamsVersion.FEATURE_NAME));
    }

    @Test
    void shouldRefuseADirectoryOfAnotherNode() {
        format(1, Optional.empty(), Optional.empty());

        KafkaException error = assertThrows(KafkaException.class, () -> format(2, Optional.empty(), Optional.empty()));

        assertTrue(error.getMessage().contains("node id 1"), error.getMessage());
    }

    @Test
    void shouldRefuseADirectoryWhoseIdIsNotThatOfItsLogs() {
        format(1, Optional.of(Uuid.randomUuid()), Optional.empty());
        Uuid other = Uuid.randomUuid();

        KafkaException error =
                assertThrows(KafkaException.class, () -> format(1, Optional.of(other), Optional.empty()));

        assertTrue(error.getMessage().contains(other.toString()), error.getMessage());
    }

    @Test
    void shouldNameTheFileWhenMetaPropertiesIsDamaged() throws IOException {
        format(1, Optional.empty(), Optional.empty());
        Path file = directory.resolve("meta.properties");
        Files.writeString(file, "nothing=of use");

        KafkaException error = assertThrows(KafkaException.class, () -> format(1, Optional.empty(), Optional.empty()));

        assertTrue(error.getMessage().contains(file.toString()), error.getMessage());
    }

    @Test
    void shouldRefuseToWaitForVotersWhenTheMetadataLogHasLostItsSnapshots() throws IOException {
        format(1, Optional.empty(), Optional.empty());
        Path metadataLog = directory.resolve("__cluster_metadata-0");
        Files.delete(metadataLog.resolve("00000000000000000000-0000000000.checkpoint"));

        KafkaException refusal =
                assertThrows(KafkaException.class, () -> format(1, Optional.empty(), Optional.empty()));

        assertTrue(refusal.getMessage().startsWith(metadataLog + " holds no snapshot"), refusal.getMessage());
    }

    @Test
    void shouldRefuseToBeginAnewWhenTheMetadataLogIsMissing() throws IOException {
        format(1, Optional.empty(), Optional.empty());
        Path metadataLog = directory.resolve("__cluster_metadata-0");
        Files.move(metadataLog, directory.resolve("elsewhere"));

        KafkaException error = assertThrows(KafkaException.class, () -> format(1, Optional.empty(), Optional.empty()));

        assertTrue(error.getMessage().contains(metadataLog + " is missing"), error.getMessage());
    }

    private MetadataFormat format(int nodeId, Optional<Uuid> directoryId, Optional<String> clusterId) {
        return MetadataFormat.readOrCreate(new MetadataFormat.Request(directory, nodeId, directoryId, clusterId));
    }
}
