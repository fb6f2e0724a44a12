package io.polestar.broker.topic;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.storage.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.junit.jupiter.api.Test;

class DiskSpaceTest {
    private static final long MARK = 1000L << 20;

    private final AtomicLong free = new AtomicLong(Long.MAX_VALUE);
    private final Disk disk = new Disk() {
        @Override
        public void force(Path file) {}

        @Override
        public void forceDirectory(Path directory) {}

        @Override
        public long freeBytes(Path directory) throws IOException {
            if (free.get() < 0) {
                throw new IOException("no answer");
            }
            return free.get();
        }
    };
    private final DiskSpace space = new DiskSpace(disk, Path.of("data"), MARK);

    private long lookAt(long freeBytes) {
        free.set(freeBytes);
        return space.look();
    }

    private void assertRefused(AppendOrigin origin) {
        assertThrows(KafkaStorageException.class, () -> space.require(origin, 100));
    }

    private void assertServed(AppendOrigin origin) {
        assertDoesNotThrow(() -> space.require(origin, 100));
    }

    @Test
    void shouldAskForWhatCanBeFreedBeforeItRefuses() {
        AtomicLong asked = new AtomicLong();
        space.whenScarce(asked::incrementAndGet);
        lookAt(2 * MARK);
        assertEquals(0, asked.get());
        lookAt(2 * MARK - 1);
        lookAt(MARK + 1);
        assertEquals(2, asked.get());
        assertServed(AppendOrigin.CLIENT);
    }

    @Test
    void shouldRefuseClientsBelowTheMarkAndCoordinatorsBelowHalfOfIt() {
        lookAt(MARK);
        assertServed(AppendOrigin.CLIENT);
        lookAt(MARK - 1);
        assertRefused(AppendOrigin.CLIENT);
        assertServed(AppendOrigin.COORDINATOR);
        lookAt(MARK / 2 - 1);
        assertRefused(AppendOrigin.COORDINATOR);
    }

    @Test
    void shouldServeAgainOnlyWhenAQuarterMoreIsFree() {
        lookAt(MARK / 2 - 1);
        lookAt(MARK / 2 + MARK / 4);
        assertServed(AppendOrigin.COORDINATOR);
        lookAt(MARK + MARK / 4 - 1);
        assertRefused(AppendOrigin.CLIENT);
        assertTrue(space.isLow());
        lookAt(MARK + MARK / 4);
        assertServed(AppendOrigin.CLIENT);
        assertFalse(space.isLow());
    }

    @Test
    void shouldLookMoreOftenTheLessIsFree() {
        assertEquals(1000, lookAt(Long.MAX_VALUE));
        assertEquals(100, lookAt(MARK + (400L << 20)));
        assertEquals(10, lookAt(MARK + 1));
        assertEquals(10, lookAt(0));
    }

    @Test
    void shouldLookAgainWhenHalfOfWhatWasAboveTheMarkHasBeenAppended() {
        lookAt(MARK + (8L << 20));
        free.set(MARK - 1);
        space.require(AppendOrigin.CLIENT, 4 << 20);
        assertRefused(AppendOrigin.CLIENT);
    }

    @Test
    void shouldNotLookForEveryAppendWhenLittleIsAboveTheMark() {
        lookAt(MARK + 1);
        free.set(MARK - 1);
        for (int bytes = 0; bytes < 1 << 20; bytes += 1 << 10) {
            space.require(AppendOrigin.CLIENT, 1 << 10);
        }
        assertRefused(AppendOrigin.CLIENT);
    }

    @Test
    void shouldChangeNothingWhenTheDiskDoesNotAnswer() {
        lookAt(0);
        lookAt(-1);
        assertRefused(AppendOrigin.CLIENT);
    }

    @Test
    void shouldServeEverybodyWithoutAMark() {
        DiskSpace unlimited = new DiskSpace(disk, Path.of("data"), 0);
        free.set(0);
        unlimited.look();
        assertDoesNotThrow(() -> unlimited.require(AppendOrigin.CLIENT, 100));
    }
}
