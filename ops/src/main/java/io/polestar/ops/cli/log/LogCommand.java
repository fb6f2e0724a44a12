package io.polestar.ops.cli.log;

import io.polestar.ops.cli.VerbGroup;
import picocli.CommandLine.Command;

/** Groups the verbs about the files of a stopped broker. */
@Command(
        name = "log",
        description = "Shows, verifies and repairs the logs of a stopped broker's data directory.",
        mixinStandardHelpOptions = true,
        subcommands = {DumpLog.class, VerifyLogs.class, RepairLog.class})
public final class LogCommand extends VerbGroup {}
