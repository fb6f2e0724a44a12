package io.polestar.ops.cli;

import io.polestar.ops.cli.audit.AuditCommand;
import io.polestar.ops.cli.group.GroupCommand;
import io.polestar.ops.cli.log.LogCommand;
import io.polestar.ops.cli.record.ConsumeCommand;
import io.polestar.ops.cli.record.ProduceCommand;
import io.polestar.ops.cli.serve.ServeCommand;
import io.polestar.ops.cli.topic.TopicCommand;
import io.polestar.ops.cli.view.ViewCommand;
import io.polestar.ops.example.ExampleCommand;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;

/** The table of the verbs, read by picocli. */
@Command(
        name = "polestar",
        description = "A Kafka-compatible broker over memory-mapped topic files, and its tools.",
        mixinStandardHelpOptions = true,
        versionProvider = Verbs.Version.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:the operation failed", "2:wrong arguments or settings, or no way to start"})
final class Verbs {

    private Verbs() {}

    static int run(String... args) {
        CommandLine commandLine = commandLine(args);
        commandLine.setParameterExceptionHandler(Verbs::refuse);
        commandLine.setExecutionExceptionHandler((problem, command, parsed) -> Ending.of(problem, command.getErr()));
        return args.length == 0 ? commandLine.execute("--help") : commandLine.execute(args);
    }

    /** Reading a verb's annotations costs milliseconds, so only the verb that was asked for is added. */
    private static CommandLine commandLine(String... args) {
        CommandLine root = new CommandLine(new Verbs());
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
        verbs.put("serve", ServeCommand::new);
        verbs.put("topic", TopicCommand::new);
        verbs.put("produce", ProduceCommand::new);
        verbs.put("consume", ConsumeCommand::new);
        verbs.put("group", GroupCommand::new);
        verbs.put("audit", AuditCommand::new);
        verbs.put("view", ViewCommand::new);
        verbs.put("log", LogCommand::new);
        verbs.put("example", ExampleCommand::new);
        return verbs;
    }

    private static int refuse(ParameterException problem, String[] args) {
        CommandLine command = problem.getCommandLine();
        String help = " (see " + command.getCommandSpec().qualifiedName() + " --help)";
        Ending.say(command.getErr(), Ending.oneLine(problem.getMessage()) + help);
        return ExitCodes.REFUSED;
    }

    /** The version in the jar's manifest. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Verbs.class.getPackage().getImplementationVersion();
            return new String[] {"polestar " + (version == null ? "(development)" : version)};
        }
    }
}
