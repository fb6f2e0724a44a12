package io.polestar.ops.cli.log;

import io.polestar.ops.cli.Json;
import io.polestar.storage.chronicle.LogFault;
import io.polestar.storage.chronicle.LogReport;
import io.polestar.storage.chronicle.OfflineLogs;
import java.io.IOException;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code log repair}: the operator's decision about a log in which batches are lost. */
@Command(
        name = "repair",
        description = {
            "Makes a damaged log one that the broker opens, and says which offsets are lost.",
            "The files that it replaces stay beside it as *.damaged."
        },
        mixinStandardHelpOptions = true)
final class RepairLog extends OfflineVerb {
    @Option(names = "--partition", paramLabel = "TOPIC-N", required = true, description = "the log to repair")
    private String partition;

    @ArgGroup(multiplicity = "1")
    private Choice choice;

    /** One of them. */
    static final class Choice {
        @Option(
                names = "--skip",
                description = "keep every intact batch: consumers meet a gap in the offsets, as in a compacted topic")
        private boolean skip;

        @Option(
                names = "--cut",
                description = "keep what lies before the first loss: no gap, but intact batches behind it are lost too")
        private boolean cut;
    }

    @Override
    public Integer call() throws IOException {
        return on(OfflineLogs::change);
    }

    @Override
    int run(OfflineLogs logs) throws IOException {
        LogReport before =
                logs.repair(partition, choice.skip ? OfflineLogs.Keep.ALL_INTACT : OfflineLogs.Keep.BEFORE_LOSS);
        if (!before.isDamaged()) {
            say("nothing is lost in " + partition + "; nothing was changed", before, before);
            return OK;
        }
        LogReport after = logs.verify(partition);
        String lost = choice.skip
                ? String.join(
                        "; ",
                        before.faults().stream()
                                .filter(LogFault::isLoss)
                                .map(RepairLog::range)
                                .toList())
                : "offsets from " + after.endOffset() + " on, of " + before.endOffset();
        say(partition + " is repaired; lost: " + lost, before, after);
        return after.isDamaged() ? DAMAGED : OK;
    }

    private static String range(LogFault fault) {
        return fault.toOffset() < 0
                ? "offsets from " + fault.fromOffset() + " on"
                : "offsets " + fault.fromOffset() + " to " + (fault.toOffset() - 1);
    }

    private void say(String line, LogReport before, LogReport after) {
        if (json()) {
            out().println(Json.object()
                    .with("partition", partition)
                    .with("batchesBefore", before.batches())
                    .with("batches", after.batches())
                    .with("endOffsetBefore", before.endOffset())
                    .with("endOffset", after.endOffset())
                    .with("message", line)
                    .line());
        } else {
            out().println(line);
        }
    }
}
