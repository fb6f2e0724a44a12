package io.polestar.broker.controller;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.raft.ElectionState;
import org.apache.kafka.raft.FileQuorumStateStore;
import org.apache.kafka.raft.ReplicaKey;
import org.apache.kafka.server.common.KRaftVersion;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuorumStateFileTest {
    private static final ElectionState ELECTED = ElectionState.withElectedLeader(7, 1, Optional.empty(), Set.of());
    private static final ElectionState VOTED =
            ElectionState.withVotedCandidate(8, ReplicaKey.of(2, Uuid.randomUuid()), Set.of());

    @TempDir
    Path directory;

    private QuorumStateFile ours;
    private FileQuorumStateStore kafkas;

    @BeforeEach
    void open() {
        Path file = directory.resolve("quorum-state");
        ours = new QuorumStateFile(file);
        kafkas = new FileQuorumStateStore(file.toFile());
    }

    @Test
    void shouldBeReadByKafka() {
        ours.writeElectionState(ELECTED, KRaftVersion.KRAFT_VERSION_1);
        assertEquals(Optional.of(ELECTED), kafkas.readElectionState());

        ours.writeElectionState(VOTED, KRaftVersion.KRAFT_VERSION_1);
        assertEquals(Optional.of(VOTED), kafkas.readElectionState());
        assertEquals(Optional.of(VOTED), ours.readElectionState());
    }

    @Test
    void shouldReadWhatKafkaWrote() throws IOException {
        kafkas.writeElectionState(VOTED, KRaftVersion.KRAFT_VERSION_1);
        byte[] byKafka = Files.readAllBytes(ours.path());
        assertEquals(Optional.of(VOTED), ours.readElectionState());

        ours.writeElectionState(VOTED, KRaftVersion.KRAFT_VERSION_1);
        assertEquals(new String(byKafka), Files.readString(ours.path()));
    }

    @Test
    void shouldReadTheOlderVersionAsKafkaDoes() {
        kafkas.writeElectionState(ELECTED, KRaftVersion.KRAFT_VERSION_0);

        assertEquals(kafkas.readElectionState(), ours.readElectionState());
    }

    @Test
    void shouldBeEmptyWhenThereIsNoFile() {
        assertEquals(Optional.empty(), ours.readElectionState());

        ours.writeElectionState(ELECTED, KRaftVersion.KRAFT_VERSION_1);
        ours.clear();

        assertEquals(Optional.empty(), ours.readElectionState());
    }
}
