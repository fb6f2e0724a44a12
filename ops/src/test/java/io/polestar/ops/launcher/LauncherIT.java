package io.polestar.ops.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.ops.Program;
import io.polestar.ops.Program.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The launcher's own work: what it builds, from where it runs, what it says. */
@Timeout(120)
class LauncherIT {
    @TempDir
    private Path folder;

    @Test
    void shouldRunFromAnyDirectoryWhenUnpacked() throws Exception {
        Outcome outcome = new Unpacked(folder).polestar("--version").run().ok();

        assertTrue(outcome.out().startsWith("polestar "), outcome.out());
        assertEquals("", outcome.err());
    }

    @Test
    void shouldRunThroughASymbolicLink() throws Exception {
        new Unpacked(folder);
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("bin/polestar"));

        Program.of(link.toString(), "--version")
                .with("POLESTAR_CDS", "off")
                .run()
                .ok();
    }

    @Test
    void shouldMakeTheArchiveOfClassesOnceWhenItIsAbsent() throws Exception {
        Unpacked unpacked = new Unpacked(folder);

        Outcome first =
                unpacked.polestar("--version").with("POLESTAR_CDS", "on").run().ok();
        Outcome second =
                unpacked.polestar("--version").with("POLESTAR_CDS", "on").run().ok();

        assertEquals("polestar: preparing a faster start for this JDK (once)\n", first.err());
        assertEquals("", second.err());
        assertTrue(archive().toFile().length() > 0);
    }

    @Test
    void shouldStartWithoutTheArchiveWhenItIsDamaged() throws Exception {
        Unpacked unpacked = new Unpacked(folder);
        unpacked.polestar("--version").with("POLESTAR_CDS", "on").run().ok();
        Path archive = archive();
        archive.toFile().setWritable(true);
        Files.writeString(archive, "damaged");

        Outcome outcome =
                unpacked.polestar("--version").with("POLESTAR_CDS", "on").run().ok();

        assertEquals("", outcome.err());
    }

    @Test
    void shouldTakeAnotherCollectorWhenOneIsAskedFor() throws Exception {
        new Unpacked(folder)
                .polestar("--version")
                .with("POLESTAR_JVM_OPTS", "-XX:+UseG1GC -Xmx64m")
                .run()
                .ok();
    }

    @Test
    void shouldRefuseWhenThereIsNoJdk() throws Exception {
        Outcome outcome = new Unpacked(folder)
                .polestar("--version")
                .with("JAVA_HOME", "/nowhere")
                .run();

        assertEquals(2, outcome.exitCode());
        assertTrue(outcome.err().startsWith("polestar: no JDK: set JAVA_HOME"), outcome.err());
    }

    @Test
    void shouldBuildOnlyWhenSourcesAreNewerThanTheLastBuild() throws Exception {
        Path source = checkout("echo called >>calls; mkdir -p ops/target; ln -sfn " + Unpacked.LIB + " ops/target/lib");

        assertEquals(
                "polestar: building (what it prints goes to ops/target/build.log)\n",
                launch().ok().err());
        assertEquals("", launch().ok().err());
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(5)));
        launch().ok();

        assertEquals(List.of("called", "called"), Files.readAllLines(folder.resolve("calls")));
    }

    @Test
    void shouldEndWithOneAndShowTheLogWhenTheBuildFails() throws Exception {
        checkout("echo [ERROR] no such symbol; exit 1");

        Outcome outcome = launch();

        assertEquals(1, outcome.exitCode());
        assertTrue(outcome.err().endsWith("[ERROR] no such symbol\npolestar: the build failed\n"), outcome.err());
        assertFalse(Files.exists(folder.resolve("ops/target/.built")));
    }

    private Outcome launch() throws Exception {
        return Program.of(folder.resolve("polestar").toString(), "--version")
                .in(Path.of("/"))
                .with("JAVA_HOME", System.getProperty("java.home"))
                .with("PATH", folder.resolve("tools") + ":" + System.getenv("PATH"))
                .with("POLESTAR_CDS", "off")
                .run();
    }

    /** A checkout whose mvn does what the script says; returns one of its source files. */
    private Path checkout(String mvn) throws IOException {
        Files.copy(Unpacked.LAUNCHER, folder.resolve("polestar"));
        Files.createFile(folder.resolve("pom.xml"));
        for (String module : List.of("protocol", "storage", "client", "broker", "ops")) {
            Files.createDirectories(folder.resolve(module).resolve("src/main/java"));
            Files.createFile(folder.resolve(module).resolve("pom.xml"));
        }
        Path options = folder.resolve("storage/src/main/resources/io/polestar/storage");
        Files.createDirectories(options.getParent());
        Files.createSymbolicLink(options, Unpacked.OPTIONS);
        Path tool = Files.createDirectory(folder.resolve("tools")).resolve("mvn");
        Files.writeString(tool, "#!/bin/sh\n" + mvn + "\n");
        Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("rwxr-xr-x"));
        return Files.createFile(folder.resolve("broker/src/main/java/Broker.java"));
    }

    private Path archive() throws IOException {
        try (var archives = Files.newDirectoryStream(folder.resolve("cds"), "*.jsa")) {
            return archives.iterator().next();
        }
    }
}
