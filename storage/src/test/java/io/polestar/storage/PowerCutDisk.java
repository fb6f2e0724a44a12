package io.polestar.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A device that remembers what was forced to it, and can leave a copy of itself as a power cut would have.
 *
 * <p>It knows each file and folder by its inode, as a journaling file system does: a rename is one change. What was in the
 * directory when this object was made is on the device. Real forces are left out. Files are kept alive by a link, so that no
 * inode means two files. Safe for use from any thread: nothing is forced while the power goes.
 */
public final class PowerCutDisk implements Disk {

    private final Path root;
    private final Path links;
    private final String bootId;
    private final Predicate<Path> surviving;
    private final Map<Object, PageImage> forcedContent = new HashMap<>();
    private final Map<Object, Map<String, Object>> forcedEntries = new HashMap<>();
    private Runnable beforeEach = () -> {};

    /**
     * @param root the data directory
     * @param links an empty folder beside it, on the same file system
     * @param bootId of the run that begins
     * @param surviving which paths, from the root on, are copied as they are, names and all: what forces itself without this
     *     object
     */
    public PowerCutDisk(Path root, Path links, String bootId, Predicate<Path> surviving) throws IOException {
        this.root = root;
        this.links = links;
        this.bootId = bootId;
        this.surviving = surviving;
        Files.createDirectories(links);
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : all.toList()) {
                if (Files.isDirectory(path)) {
                    forceDirectory(path);
                } else {
                    force(path);
                }
            }
        }
    }

    /** Run before every force, by who asks for it. */
    public void beforeEach(Runnable action) {
        beforeEach = action;
    }

    @Override
    public String bootId() {
        return bootId;
    }

    @Override
    public void force(Path file) throws IOException {
        beforeEach.run();
        synchronized (this) {
            Object key = key(file);
            forcedContent.put(key, PageImage.of(file));
            keepAlive(file, key);
        }
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        beforeEach.run();
        synchronized (this) {
            forcedEntries.put(key(directory), entries(directory));
        }
    }

    @Override
    public long freeBytes(Path directory) throws IOException {
        return Disk.system().freeBytes(directory);
    }

    private Map<String, Object> entries(Path directory) throws IOException {
        Map<String, Object> entries = new LinkedHashMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.sorted().toList()) {
                try {
                    Object key = key(file);
                    keepAlive(file, key);
                    entries.put(file.getFileName().toString(), key);
                } catch (NoSuchFileException e) {
                    // Deleted since it was listed.
                }
            }
        }
        return entries;
    }

    private void keepAlive(Path file, Object key) throws IOException {
        Path link = link(key);
        if (!Files.isDirectory(file) && Files.notExists(link)) {
            Files.createLink(link, file);
        }
    }

    private Path link(Object key) {
        return links.resolve(key.toString().replaceAll("\\W", "_"));
    }

    private static Object key(Path file) throws IOException {
        return Files.readAttributes(file, "fileKey").get("fileKey");
    }

    public Path root() {
        return root;
    }

    /** Leaves in {@code target} what the device would hold if the power went now. */
    public void cut(Path target, Random random) {
        cut(target, random, () -> {});
    }

    /** @param whenForcesWait run when nothing is forced any more: what is acknowledged by a force from then on is not kept */
    public synchronized void cut(Path target, Random random, Runnable whenForcesWait) {
        whenForcesWait.run();
        try {
            PowerCut cut = new PowerCut(key(root), random);
            addCurrent(cut, root);
            forcedEntries.forEach(cut::forced);
            Files.createDirectories(target);
            write(cut, key(root), target, Path.of(""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void addCurrent(PowerCut cut, Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.sorted().toList()) {
                Object key;
                try {
                    key = key(file);
                    keepAlive(file, key);
                } catch (IOException e) {
                    continue; // gone by now, which it may be
                }
                String name = file.getFileName().toString();
                cut.current(key(directory), name, key);
                if (surviving.test(root.relativize(file))) {
                    cut.forced(key(directory), Map.of(name, key));
                }
                if (Files.isDirectory(file)) {
                    addCurrent(cut, file);
                }
            }
        }
    }

    private void write(PowerCut cut, Object directory, Path target, Path relative) throws IOException {
        for (Map.Entry<String, Object> entry : cut.entriesOf(directory).entrySet()) {
            Path path = relative.resolve(entry.getKey());
            Path copy = target.resolve(entry.getKey());
            if (!Files.exists(link(entry.getValue()))) {
                Files.createDirectories(copy);
                write(cut, entry.getValue(), copy, path);
            } else if (surviving.test(path)) {
                PageImage.of(link(entry.getValue())).write(copy);
            } else {
                PageImage now = PageImage.of(link(entry.getValue()));
                PageImage.afterPowerCut(forcedContent.get(entry.getValue()), now, cut.random())
                        .write(copy);
            }
        }
    }
}
