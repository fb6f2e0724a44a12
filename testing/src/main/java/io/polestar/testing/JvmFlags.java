package io.polestar.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.polestar.storage.PartitionLog;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.stream.Collectors;

/** The flags without which the broker's log opens read-only or not at all. */
final class JvmFlags {
    private static final String OPTIONS = "/io/polestar/storage/jvm.options";

    private JvmFlags() {}

    /** @throws IllegalStateException with the flags to add, if they are missing */
    static void check() {
        Module base = Object.class.getModule();
        Module ours = JvmFlags.class.getModule();
        if (!base.isOpen("java.lang.reflect", ours) || !base.isExported("sun.nio.ch", ours)) {
            throw new IllegalStateException(
                    "a broker in this JVM needs flags of it; give the tests' JVM (Surefire: argLine) these: "
                            + flags());
        }
    }

    private static String flags() {
        try (InputStream options = PartitionLog.class.getResourceAsStream(OPTIONS)) {
            return new String(options.readAllBytes(), UTF_8)
                    .lines()
                    .filter(line -> line.startsWith("-"))
                    .collect(Collectors.joining(" "));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
