package io.polestar.ops.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A word that needs another one after it, as {@code topic} does; alone it is refused. */
public abstract class VerbGroup implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public final void run() {
        throw new ParameterException(
                spec.commandLine(),
                spec.name() + " needs one of "
                        + String.join(", ", spec.subcommands().keySet()));
    }
}
