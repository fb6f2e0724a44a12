package io.polestar.ops.cli;

import io.polestar.ops.cli.serve.ServeOptions;
import io.polestar.ops.logging.LogSetup;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The {@code polestar} command. A plain {@code serve} is read without picocli, whose classes cost a broker 0.1 s at its
 * start (they are too old for the JVM's class archive); picocli reads every other line.
 */
public final class Main {

    private Main() {}

    public static void main(String[] args) {
        System.exit(run(args));
    }

    /** Runs one command line in this process and returns its exit code. */
    public static int run(String... args) {
        List<String> words = Arrays.asList(args);
        if (words.isEmpty() || !words.get(0).equals("serve")) {
            // A client's retries are no news to its user: the line that it ends with is.
            System.setProperty(LogSetup.ROOT_LEVEL, "ERROR");
            return Verbs.run(args);
        }
        Optional<ServeOptions> plain = ServeOptions.plain(words.subList(1, words.size()));
        return plain.isPresent() ? serve(plain.get()) : Verbs.run(args);
    }

    private static int serve(ServeOptions options) {
        try {
            return options.serve(new PrintWriter(System.out, true));
        } catch (Exception e) {
            return Ending.of(e, new PrintWriter(System.err, true));
        }
    }
}
