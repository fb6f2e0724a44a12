package io.polestar.ops.cli.serve;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code serve} as picocli reads it: the broker in the foreground until SIGTERM or Ctrl-C. */
@Command(
        name = "serve",
        description = "Runs the broker in the foreground. SIGTERM and Ctrl-C stop it cleanly, with exit code 0.",
        mixinStandardHelpOptions = true)
public final class ServeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--config", paramLabel = "FILE", description = "settings: .properties, .yaml, .yml or .json")
    private Path config;

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            converter = HostPort.Converter.class,
            description = "the address for clients (default: 127.0.0.1:9092); port 0 is any free one")
    private HostPort listen;

    @Option(names = "--data", paramLabel = "DIR", description = "the data directory (default: polestar-data)")
    private Path data;

    @Option(
            names = "--http",
            paramLabel = "HOST:PORT",
            converter = HostPort.Converter.class,
            description = "the address for health and metrics (default: 127.0.0.1:9644); port 0 is any free one")
    private HostPort http;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "any setting by its name; may be repeated")
    private Map<String, String> set = new LinkedHashMap<>();

    @Override
    public Integer call() throws InterruptedException {
        return options().serve(spec.commandLine().getOut());
    }

    ServeOptions options() {
        return new ServeOptions(config, listen, data, http, set);
    }
}
