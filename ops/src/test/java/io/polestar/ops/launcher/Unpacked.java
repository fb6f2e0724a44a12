package io.polestar.ops.launcher;

import io.polestar.ops.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What unpacking the archive leaves: bin, lib and conf, linked to what this build made. */
final class Unpacked {
    static final Path LAUNCHER = Path.of("..", "polestar").toAbsolutePath().normalize();
    static final Path LIB = Path.of("target", "lib").toAbsolutePath();
    static final Path OPTIONS = Path.of("..", "storage/src/main/resources/io/polestar/storage")
            .toAbsolutePath()
            .normalize();

    private final Path folder;

    Unpacked(Path folder) throws IOException {
        this.folder = folder;
        Files.createDirectory(folder.resolve("bin"));
        Files.copy(LAUNCHER, folder.resolve("bin/polestar"));
        Files.createSymbolicLink(folder.resolve("lib"), LIB);
        Files.createSymbolicLink(folder.resolve("conf"), OPTIONS);
    }

    /** The command there, run from the root directory. */
    Program polestar(String... args) {
        String[] command = new String[args.length + 1];
        command[0] = folder.resolve("bin/polestar").toString();
        System.arraycopy(args, 0, command, 1, args.length);
        return Program.of(command)
                .in(Path.of("/"))
                .with("JAVA_HOME", System.getProperty("java.home"))
                .with("POLESTAR_CDS", "off");
    }
}
