package io.polestar.ops.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;

/**
 * One command line, run in this process with its standard streams replaced; the tests of a JVM run one after the other.
 */
record InProcess(int exitCode, String out, String err) {

    static InProcess run(String... args) {
        return runReading("", args);
    }

    static InProcess runReading(String stdin, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        InputStream oldIn = System.in;
        PrintStream oldOut = System.out;
        PrintStream oldErr = System.err;
        System.setIn(new ByteArrayInputStream(stdin.getBytes(UTF_8)));
        System.setOut(new PrintStream(out, true, UTF_8));
        System.setErr(new PrintStream(err, true, UTF_8));
        try {
            int exitCode = Main.run(args);
            return new InProcess(exitCode, out.toString(UTF_8), err.toString(UTF_8));
        } finally {
            System.setIn(oldIn);
            System.setOut(oldOut);
            System.setErr(oldErr);
        }
    }

    InProcess ok() {
        assertEquals(0, exitCode, err);
        return this;
    }
}
