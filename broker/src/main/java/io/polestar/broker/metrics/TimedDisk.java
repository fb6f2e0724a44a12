package io.polestar.broker.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.polestar.storage.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A device with a meter of how often it is forced to write and how long that takes. Safe for use from any thread. */
public final class TimedDisk implements Disk {
    private static final Duration[] BOUNDS = {
        Duration.ofNanos(250_000),
        Duration.ofMillis(1),
        Duration.ofMillis(4),
        Duration.ofMillis(16),
        Duration.ofMillis(64),
        Duration.ofMillis(250),
        Duration.ofSeconds(1)
    };

    private final Disk disk;
    private final Timer forces;

    public TimedDisk(Disk disk, MeterRegistry meters) {
        this.disk = disk;
        this.forces = Timer.builder("polestar.disk.force")
                .description("Forces of files to the device, and what they take")
                .serviceLevelObjectives(BOUNDS)
                .register(meters);
    }

    @Override
    public void force(Path file) throws IOException {
        long startNanos = System.nanoTime();
        disk.force(file);
        forces.record(System.nanoTime() - startNanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        disk.forceDirectory(directory);
    }

    @Override
    public long freeBytes(Path directory) throws IOException {
        return disk.freeBytes(directory);
    }

    @Override
    public String bootId() {
        return disk.bootId();
    }
}
