package io.polestar.ops.scale;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What a process takes of the machine, as Linux tells it.
 *
 * @param rssMib resident memory, shared pages of files included
 * @param anonymousMib resident memory of its own
 * @param handles open file descriptors
 * @param maps memory mappings
 */
record Footprint(long rssMib, long anonymousMib, long handles, long maps) {

    static Footprint of(long pid) throws IOException {
        Path process = Path.of("/proc", Long.toString(pid));
        String status = Files.readString(process.resolve("status"));
        try (Stream<Path> handles = Files.list(process.resolve("fd"));
                Stream<String> maps = Files.lines(process.resolve("maps"))) {
            return new Footprint(
                    kib(status, "VmRSS:") / 1024, kib(status, "RssAnon:") / 1024, handles.count(), maps.count());
        }
    }

    private static long kib(String status, String name) {
        return status.lines()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    /** Bytes of disk that a directory takes: blocks, not lengths. */
    static long allocatedBytes(Path directory) throws IOException {
        Process du = new ProcessBuilder("du", "-s", "--block-size=1", directory.toString()).start();
        String line = new String(du.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        return Long.parseLong(line.split("\\s")[0]);
    }
}
