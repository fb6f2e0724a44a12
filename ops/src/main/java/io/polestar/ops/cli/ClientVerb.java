package io.polestar.ops.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A verb that talks to a broker: it has the shared options and ends with exit code 0 unless it throws. */
public abstract class ClientVerb implements Callable<Integer> {
    @Mixin
    private ClientOptions options;

    @Spec
    private CommandSpec spec;

    /** Does the work, or throws what {@link Verbs} turns into a line and an exit code. */
    protected abstract void run() throws Exception;

    @Override
    public final Integer call() throws Exception {
        run();
        out().flush();
        return ExitCodes.OK;
    }

    protected final ClientOptions options() {
        return options;
    }

    protected final Admin admin() {
        return options.admin();
    }

    /** Where results go. */
    protected final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /** Prints rows as the user asked for them. */
    protected final void print(Table table) {
        table.print(out(), options.json());
    }
}
