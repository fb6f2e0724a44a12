package io.polestar.ops.cli;

import io.polestar.ops.cli.group.GroupCommand;
import io.polestar.ops.cli.record.ConsumeCommand;
import io.polestar.ops.cli.record.ProduceCommand;
import io.polestar.ops.cli.topic.TopicCommand;
import io.polestar.ops.logging.LogSetup;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;

/** The {@code polestar} command: the table of its verbs, and how each ends. */
@Command(
        name = "polestar",
        description = "A Kafka-compatible broker over memory-mapped topic files, and its tools.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:the operation failed", "2:wrong arguments or settings, or no way to start"})
public final class Main {

    private Main() {}

    public static void main(String[] args) {
        System.exit(run(args));
    }

    /** Runs one command line in this process and returns its exit code. */
    public static int run(String... args) {
        if (!List.of(args).contains("serve")) {
            // A client's retries are no news to its user: the line that it ends with is.
            System.setProperty(LogSetup.ROOT_LEVEL, "ERROR");
        }
        CommandLine commandLine = commandLine(args);
        commandLine.setParameterExceptionHandler(Main::refuse);
        commandLine.setExecutionExceptionHandler(Main::fail);
        return args.length == 0 ? commandLine.execute("--help") : commandLine.execute(args);
    }

    /** Reading a verb's annotations costs milliseconds, so only the verb that was asked for is added. */
    private static CommandLine commandLine(String... args) {
        CommandLine root = new CommandLine(new Main());
        Map<String, Supplier<Object>> verbs = verbs();
        Supplier<Object> asked = args.length == 0 ? null : verbs.get(args[0]);
        if (asked == null) {
            verbs.forEach((name, verb) -> root.addSubcommand(name, verb.get()));
        } else {
            root.addSubcommand(args[0], asked.get());
        }
        return root;
    }

    private static Map<String, Supplier<Object>> verbs() {
        Map<String, Supplier<Object>> verbs = new LinkedHashMap<>();
        verbs.put("topic", TopicCommand::new);
        verbs.put("produce", ProduceCommand::new);
        verbs.put("consume", ConsumeCommand::new);
        verbs.put("group", GroupCommand::new);
        return verbs;
    }

    private static int refuse(ParameterException problem, String[] args) {
        CommandLine command = problem.getCommandLine();
        say(
                command,
                oneLine(problem.getMessage()) + " (see "
                        + command.getCommandSpec().qualifiedName() + " --help)");
        return ExitCodes.REFUSED;
    }

    private static int fail(Exception problem, CommandLine command, CommandLine.ParseResult parsed) {
        if (System.getenv("POLESTAR_DEBUG") != null) {
            problem.printStackTrace(command.getErr());
        }
        if (problem instanceof CliException expected) {
            say(command, expected.getMessage());
            return expected.exitCode();
        }
        say(command, unexpected(problem) + " (POLESTAR_DEBUG=1 shows where)");
        return ExitCodes.FAILED;
    }

    private static String unexpected(Exception problem) {
        String message = problem.getMessage() == null ? "" : oneLine(problem.getMessage());
        return problem instanceof KafkaException && !message.isEmpty()
                ? message
                : problem.getClass().getSimpleName() + ": " + message;
    }

    private static void say(CommandLine command, String line) {
        command.getErr().println("polestar: " + line);
    }

    private static String oneLine(String message) {
        return message.replaceAll("\\s*\\R\\s*", " ");
    }

    /** The version in the jar's manifest. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"polestar " + (version == null ? "(development)" : version)};
        }
    }
}
