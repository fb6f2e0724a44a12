package io.polestar.storage.chronicle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;

/** Copies a data directory as a killed process would leave it: the page cache's content, holes kept. */
final class SparseCopy {

    private static final int PAGE_BYTES = 64 << 10;
    private static final long LIVELY_BYTES = 8 << 20;
    private static final ByteBuffer ZEROES = ByteBuffer.allocate(PAGE_BYTES);

    private SparseCopy() {}

    static Path of(Path directory, Path target) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path :
                    paths.filter(path -> !path.toString().endsWith(".tmp")).toList()) {
                copy(path, target.resolve(directory.relativize(path).toString()));
            }
        }
        return target;
    }

    private static void copy(Path from, Path to) throws IOException {
        if (Files.isDirectory(from)) {
            Files.createDirectories(to);
            return;
        }
        try (FileChannel in = FileChannel.open(from, StandardOpenOption.READ);
                FileChannel out = FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer page = ByteBuffer.allocate(PAGE_BYTES);
            for (long at = 0; at < Math.min(in.size(), LIVELY_BYTES); at += PAGE_BYTES) {
                in.read(page.clear(), at);
                if (!page.flip().equals(ZEROES.slice(0, page.limit()))) {
                    out.write(page, at);
                }
            }
            if (out.size() < in.size()) {
                out.write(ByteBuffer.allocate(1), in.size() - 1);
            }
        }
    }
}
