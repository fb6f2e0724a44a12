package io.polestar.client.track;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.polestar.client.track.MessageTracker.Run;
import io.polestar.client.track.MessageTracker.RunOfTopic;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;

/** A tracker's state as JSON. Stateless. */
final class TrackerFile {
    private static final ObjectMapper JSON = new ObjectMapper();

    record SavedRun(
            String source,
            String topic,
            List<SequenceRange> seen,
            Map<Integer, Long> highestOfPartition,
            long end,
            long duplicates,
            long reordered,
            long redelivered) {}

    record SavedPosition(String topic, int partition, long offset) {}

    record Saved(int version, List<SavedRun> runs, List<SavedPosition> positions) {}

    private TrackerFile() {}

    /** Returns when file and name are on the device; a crash leaves this state or the one before. */
    static void write(Path file, Map<RunOfTopic, Run> runs, Map<TopicPartition, Long> positions) throws IOException {
        byte[] bytes = JSON.writeValueAsBytes(new Saved(
                1,
                runs.entrySet().stream()
                        .map(entry -> saved(entry.getKey(), entry.getValue()))
                        .toList(),
                positions.entrySet().stream()
                        .map(entry -> new SavedPosition(
                                entry.getKey().topic(), entry.getKey().partition(), entry.getValue()))
                        .toList()));
        Path young = file.resolveSibling(file.getFileName() + ".new");
        try (FileChannel channel = FileChannel.open(young, CREATE, WRITE, TRUNCATE_EXISTING)) {
            ByteBuffer left = ByteBuffer.wrap(bytes);
            while (left.hasRemaining()) {
                channel.write(left);
            }
            channel.force(true);
        }
        Utils.atomicMoveWithFallback(young, file, true);
    }

    private static SavedRun saved(RunOfTopic key, Run run) {
        return new SavedRun(
                key.source(),
                key.topic(),
                run.seen.all(),
                run.highestOfPartition,
                run.end,
                run.duplicates,
                run.reordered,
                run.redelivered);
    }

    static void read(Path file, Map<RunOfTopic, Run> runs, Map<TopicPartition, Long> positions) throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return;
        }
        Saved saved = JSON.readValue(bytes, Saved.class);
        saved.runs().forEach(one -> runs.put(new RunOfTopic(one.source(), one.topic()), restored(one)));
        saved.positions().forEach(one -> positions.put(new TopicPartition(one.topic(), one.partition()), one.offset()));
    }

    private static Run restored(SavedRun one) {
        Run run = new Run(SequenceRanges.of(one.seen()), new HashMap<>(one.highestOfPartition()));
        run.end = one.end();
        run.duplicates = one.duplicates();
        run.reordered = one.reordered();
        run.redelivered = one.redelivered();
        return run;
    }
}
