package io.polestar.ops.cli;

import io.polestar.ops.cli.serve.ServeOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PipedReader;
import java.io.PipedWriter;
import java.io.PrintWriter;
import java.util.List;

/**
 * Takes a broker and the common verbs through their lives once, so that the JVM can write what they loaded into an
 * archive for later starts. Run by the launcher with an empty data directory as its argument.
 */
final class StartTraining {

    private StartTraining() {}

    /** @param args the data directory */
    public static void main(String[] args) throws IOException {
        PipedReader printed = new PipedReader();
        PrintWriter out = new PrintWriter(new PipedWriter(printed), true);
        Thread broker = new Thread(() -> serve(args[0], out), "training-broker");
        broker.setDaemon(true);
        broker.start();
        String ready = new BufferedReader(printed).readLine();
        useOnce(ready.split(" ")[3]);
        // The broker is stopped by its own hook, as it is by SIGTERM.
        System.exit(ExitCodes.OK);
    }

    private static void serve(String data, PrintWriter out) {
        List<String> line = List.of("--data", data, "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0");
        try {
            ServeOptions.plain(line).orElseThrow().serve(out);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            System.exit(Ending.of(e, new PrintWriter(System.err, true)));
        }
    }

    private static void useOnce(String bootstrap) {
        Main.run("topic", "create", "training", "--bootstrap", bootstrap);
        Main.run("produce", "training", "record", "--compression", "lz4", "--bootstrap", bootstrap);
        Main.run(
                "consume",
                "training",
                "--group",
                "training",
                "--from",
                "beginning",
                "--max",
                "1",
                "--bootstrap",
                bootstrap);
        Main.run("topic", "describe", "training", "--bootstrap", bootstrap);
        Main.run("group", "describe", "training", "--bootstrap", bootstrap);
    }
}
