package io.polestar.ops.example;

import io.polestar.ops.cli.VerbGroup;
import picocli.CommandLine.Command;

/** Groups the examples. */
@Command(
        name = "example",
        description = "Runs an example.",
        mixinStandardHelpOptions = true,
        subcommands = {WeatherCommand.class, ClientCommand.class})
public final class ExampleCommand extends VerbGroup {}
