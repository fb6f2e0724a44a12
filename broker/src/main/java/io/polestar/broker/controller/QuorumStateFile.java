package io.polestar.broker.controller;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.raft.ElectionState;
import org.apache.kafka.raft.FileQuorumStateStore;
import org.apache.kafka.raft.QuorumStateStore;
import org.apache.kafka.raft.generated.QuorumStateData;
import org.apache.kafka.server.common.KRaftVersion;

/**
 * Kafka's {@code quorum-state} file. Kafka's own class reads and writes it with a JSON library, whose loading is a tenth of
 * a broker's start; the one line that it holds is read and written here, and what has another shape is left to Kafka's
 * class. Used on the raft thread.
 */
final class QuorumStateFile implements QuorumStateStore {
    private static final short VERSION = 1;
    private static final Pattern LINE =
            Pattern.compile("\\{\"leaderId\":(-?\\d{1,9}),\"leaderEpoch\":(\\d{1,9}),\"votedId\":(-?\\d{1,9}),"
                    + "\"votedDirectoryId\":\"([\\w-]{22})\",\"data_version\":1}\\s*");

    private final Path file;
    private final FileQuorumStateStore kafkas;

    QuorumStateFile(Path file) {
        this.file = file;
        this.kafkas = new FileQuorumStateStore(file.toFile());
    }

    @Override
    public Optional<ElectionState> readElectionState() {
        Matcher line;
        try {
            line = LINE.matcher(Files.readString(file, StandardCharsets.UTF_8));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + file, e);
        }
        return line.matches() ? Optional.of(state(line)) : kafkas.readElectionState();
    }

    private static ElectionState state(Matcher line) {
        return ElectionState.fromQuorumStateData(new QuorumStateData()
                .setLeaderId(Integer.parseInt(line.group(1)))
                .setLeaderEpoch(Integer.parseInt(line.group(2)))
                .setVotedId(Integer.parseInt(line.group(3)))
                .setVotedDirectoryId(Uuid.fromString(line.group(4))));
    }

    @Override
    public void writeElectionState(ElectionState latest, KRaftVersion version) {
        if (version.quorumStateVersion() != VERSION) {
            kafkas.writeElectionState(latest, version);
            return;
        }
        QuorumStateData data = latest.toQuorumStateData(VERSION);
        try {
            replace("{\"leaderId\":" + data.leaderId() + ",\"leaderEpoch\":" + data.leaderEpoch() + ",\"votedId\":"
                    + data.votedId() + ",\"votedDirectoryId\":\"" + data.votedDirectoryId() + "\",\"data_version\":"
                    + VERSION + "}");
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + file, e);
        }
    }

    private void replace(String line) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Utils.atomicMoveWithFallback(temporary, file);
    }

    @Override
    public Path path() {
        return file;
    }

    @Override
    public void clear() {
        kafkas.clear();
    }
}
