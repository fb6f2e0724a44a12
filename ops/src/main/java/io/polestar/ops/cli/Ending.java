package io.polestar.ops.cli;

import java.io.PrintWriter;
import org.apache.kafka.common.KafkaException;

/** How a command that failed ends: one line on stderr, and an exit code. */
final class Ending {

    private Ending() {}

    static int of(Exception problem, PrintWriter err) {
        if (System.getenv("POLESTAR_DEBUG") != null) {
            problem.printStackTrace(err);
        }
        if (problem instanceof CliException expected) {
            say(err, oneLine(expected.getMessage()));
            return expected.exitCode();
        }
        say(err, unexpected(problem) + " (POLESTAR_DEBUG=1 shows where)");
        return ExitCodes.FAILED;
    }

    private static String unexpected(Exception problem) {
        String message = problem.getMessage() == null ? "" : oneLine(problem.getMessage());
        return problem instanceof KafkaException && !message.isEmpty()
                ? message
                : problem.getClass().getSimpleName() + ": " + message;
    }

    static void say(PrintWriter err, String line) {
        err.println("polestar: " + line);
    }

    static String oneLine(String message) {
        return message.replaceAll("\\s*\\R\\s*", " ");
    }
}
