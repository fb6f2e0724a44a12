package io.polestar.ops.cli.log;

import io.polestar.ops.cli.Json;
import io.polestar.ops.cli.Table;
import io.polestar.storage.chronicle.LogFault;
import io.polestar.storage.chronicle.LogReport;
import io.polestar.storage.chronicle.OfflineLogs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code log verify}: reads every batch of every log. */
@Command(
        name = "verify",
        description = {
            "Reads every batch of every log and names every fault; changes nothing.",
            "Exit code 1 if records are lost or damaged; what the next start mends by itself is named but no failure."
        },
        mixinStandardHelpOptions = true)
final class VerifyLogs extends OfflineVerb {
    @Option(names = "--partition", paramLabel = "TOPIC-N", description = "only this one; may be given several times")
    private List<String> partitions = List.of();

    @Override
    public Integer call() throws IOException {
        return on(OfflineLogs::read);
    }

    @Override
    int run(OfflineLogs logs) throws IOException {
        List<LogReport> reports = new ArrayList<>();
        for (String partition : partitions.isEmpty() ? logs.partitions() : partitions) {
            reports.add(logs.verify(partition));
        }
        if (json()) {
            reports.forEach(report -> out().println(json(report).line()));
        } else {
            print(reports);
        }
        return reports.stream().anyMatch(LogReport::isDamaged) ? DAMAGED : OK;
    }

    private void print(List<LogReport> reports) {
        Table table = new Table("partition", "start", "end", "segments", "batches", "bytes", "state");
        reports.forEach(report -> table.row(
                report.partition(),
                report.startOffset(),
                report.endOffset(),
                report.segments(),
                report.batches(),
                report.bytes(),
                state(report)));
        table.print(out(), false);
        reports.forEach(report -> report.faults().forEach(fault -> out().println(report.partition() + ": " + fault)));
    }

    private static String state(LogReport report) {
        return report.isDamaged() ? "damaged" : report.faults().isEmpty() ? "ok" : "ok after the next start";
    }

    private static Json json(LogReport report) {
        return Json.object()
                .with("partition", report.partition())
                .with("startOffset", report.startOffset())
                .with("endOffset", report.endOffset())
                .with("segments", report.segments())
                .with("batches", report.batches())
                .with("bytes", report.bytes())
                .with("damaged", report.isDamaged())
                .with("faults", report.faults().stream().map(VerifyLogs::json).toList());
    }

    private static Map<String, Object> json(LogFault fault) {
        return Json.object()
                .with("file", fault.file().toString())
                .with("position", fault.position() < 0 ? null : fault.position())
                .with("fromOffset", fault.fromOffset() < 0 ? null : fault.fromOffset())
                .with("toOffset", fault.toOffset() < 0 ? null : fault.toOffset())
                .with("loss", fault.isLoss())
                .with("what", fault.what())
                .fields();
    }
}
