package io.polestar.ops.cli.serve;

import io.polestar.broker.Broker;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Holds the process while the broker runs, and stops the broker when the process is told to end. */
final class Foreground {
    private static final Logger log = LoggerFactory.getLogger(Foreground.class);

    private Foreground() {}

    /**
     * Starts the broker, says so on stdout in one line, and returns when it has stopped.
     *
     * @throws io.polestar.ops.cli.CliException if it does not start
     */
    static int run(Callable<Broker> start, PrintWriter out) throws InterruptedException {
        Broker broker = StartRefusals.call(start);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(broker), "stop"));
        out.println("Polestar ready on " + broker.bootstrapServers() + " in " + sinceJvmStartMs() + " ms");
        out.flush();
        broker.awaitStop();
        return 0;
    }

    private static long sinceJvmStartMs() {
        return System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime();
    }

    /**
     * A clean stop that was asked for is a success: without the halt a signal would make the exit code 143 or 130. A
     * broker that met a fault has failed, so that whoever watches the process starts it again.
     */
    private static void stop(Broker broker) {
        try {
            broker.close();
            Runtime.getRuntime().halt(broker.fault().isPresent() ? 1 : 0);
        } catch (RuntimeException e) {
            log.error("The broker did not stop cleanly", e);
            Runtime.getRuntime().halt(1);
        }
    }
}
