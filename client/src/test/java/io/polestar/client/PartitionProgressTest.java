package io.polestar.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class PartitionProgressTest {
    private final PartitionProgress progress = new PartitionProgress(10, true);

    @Test
    void shouldCommitOnlyUpToTheFirstThatIsNotHandled() {
        PartitionProgress.Entry first = progress.giveOut(10);
        PartitionProgress.Entry second = progress.giveOut(11);
        PartitionProgress.Entry afterAGap = progress.giveOut(15);

        progress.handled(afterAGap);
        progress.handled(second);
        assertEquals(OptionalLong.empty(), progress.toCommit());

        progress.handled(first);
        assertEquals(OptionalLong.of(16), progress.toCommit());

        progress.committed(16);
        assertEquals(OptionalLong.empty(), progress.toCommit());
    }

    @Test
    void shouldLetNoHandlerBeginOnceRevoked() throws InterruptedException {
        progress.revoke(System.nanoTime());

        assertFalse(progress.begin());
    }
}
