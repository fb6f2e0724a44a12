package io.polestar.ops.cli.log;

import io.polestar.ops.cli.CliException;
import io.polestar.storage.chronicle.DataDirectoryFormatException;
import io.polestar.storage.chronicle.DataDirectoryLockedException;
import io.polestar.storage.chronicle.OfflineLogs;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A verb about a data directory that no broker has open. */
abstract class OfflineVerb implements Callable<Integer> {
    static final int OK = 0;
    static final int DAMAGED = 1;

    @Parameters(paramLabel = "DIR", description = "the data directory of a stopped broker")
    private Path directory;

    @Option(names = "--json", description = "one JSON object a line on stdout")
    private boolean json;

    @Spec
    private CommandSpec spec;

    /** How a directory is opened. */
    interface Opening {
        OfflineLogs of(Path directory) throws IOException;
    }

    /** Does the work and returns the exit code. */
    abstract int run(OfflineLogs logs) throws IOException;

    final int on(Opening opening) throws IOException {
        try (OfflineLogs logs = opening.of(directory)) {
            return run(logs);
        } catch (DataDirectoryLockedException e) {
            throw CliException.refused(e.getMessage() + "; stop it first", e);
        } catch (DataDirectoryFormatException e) {
            throw CliException.refused(e.getMessage(), e);
        } catch (NoSuchFileException e) {
            throw CliException.refused(e.getMessage(), e);
        } finally {
            out().flush();
        }
    }

    final boolean json() {
        return json;
    }

    final PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
