package io.polestar.ops.example;

import io.polestar.ops.cli.CliException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code example weather}: {@link WeatherPipeline} in a temporary folder, and a line per topic of what became of it. */
@Command(
        name = "weather",
        description = "Publishes four years of weather, kills the broker on the way, and proves that nothing is lost.",
        mixinStandardHelpOptions = true)
final class WeatherCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--csv", paramLabel = "FILE", description = "other rows in the shipped file's format")
    private Path csv;

    @Option(
            names = "--seed",
            defaultValue = "1",
            description = "decides when the broker is killed (default: ${DEFAULT-VALUE})")
    private long seed;

    @Override
    public Integer call() throws Exception {
        List<Observation> observations = observations();
        Path data = Files.createTempDirectory("polestar-weather");
        try (ChildBroker broker = new ChildBroker(data)) {
            WeatherPipeline pipeline = new WeatherPipeline(observations, broker, seed);
            PrintWriter out = spec.commandLine().getOut();
            out.println(observations.size() + " observations; the broker is killed with -9 after " + pipeline.killAt()
                    + " (seed " + seed + ")");
            List<TopicReport> reports = pipeline.run();
            reports.forEach(out::println);
            return reports.stream().allMatch(TopicReport::isPerfect) ? 0 : 1;
        } finally {
            delete(data);
        }
    }

    private List<Observation> observations() throws IOException {
        if (csv == null) {
            return WeatherCsv.shipped();
        }
        try (Reader reader = Files.newBufferedReader(csv)) {
            return WeatherCsv.read(reader);
        } catch (IOException e) {
            throw CliException.refused(csv + ": " + e.getMessage(), e);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> inside = Files.walk(folder)) {
            for (Path path : inside.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
