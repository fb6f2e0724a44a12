package io.polestar.ops.example;

import io.polestar.client.Hub;
import io.polestar.client.HubUnreachableException;
import io.polestar.ops.cli.CliException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code example client NAME}: runs an example of the client library against a broker that runs. */
@Command(
        name = "client",
        description = "Runs an example of the client library against a running broker.",
        mixinStandardHelpOptions = true)
final class ClientCommand implements Callable<Integer> {
    static final Map<String, ClientExample> EXAMPLES = new TreeMap<>(Map.of(
            "quick-start", new QuickStart(),
            "patterns", new PatternsExample(),
            "batching", new BatchingExample(),
            "dead-letters", new DeadLettersExample(),
            "tracking", new TrackingExample(),
            "replay", new ReplayExample(),
            "circuit-breaker", new CircuitBreakerExample(),
            "telemetry", new TelemetryPipeline()));

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "NAME",
            description = "quick-start, patterns, batching, dead-letters, tracking, replay, circuit-breaker, telemetry")
    private String name;

    @Option(
            names = "--bootstrap",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:9092",
            description = "the broker (default: ${DEFAULT-VALUE})")
    private String bootstrap;

    @Override
    public Integer call() throws Exception {
        ClientExample example = EXAMPLES.get(name);
        if (example == null) {
            throw CliException.refused("there is no example " + name + "; there are " + EXAMPLES.keySet());
        }
        PrintWriter out = spec.commandLine().getOut();
        try (Hub hub = Hub.connect(bootstrap)) {
            example.run(hub, out);
        } catch (HubUnreachableException e) {
            throw CliException.failed(e.getMessage(), e);
        }
        out.flush();
        return 0;
    }
}
