package io.polestar.protocol;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.lang.ref.WeakReference;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/** Fails a test class that lost a buffer or records in mapped memory; needs Netty's leak detection at paranoid. */
public final class NoLeaks implements BeforeAllCallback, AfterAllCallback {
    private static final Logger LEAK_LOG = (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);

    private final ListAppender<ILoggingEvent> reports = new ListAppender<>();

    @Override
    public void beforeAll(ExtensionContext context) {
        assertEquals(ResourceLeakDetector.Level.PARANOID, ResourceLeakDetector.getLevel());
        reports.start();
        LEAK_LOG.addAppender(reports);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        List<String> leaks = leaks();
        LEAK_LOG.detachAppender(reports);
        assertEquals(List.of(), leaks);
    }

    /** What was lost until now. A leak is reported by the allocation that follows the collection of the lost object. */
    public List<String> leaks() {
        collectGarbage();
        collectGarbage();
        PooledByteBufAllocator.DEFAULT.directBuffer().release();
        new MappedRecords(List.of(), 0, () -> {}).release();
        return reports.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    private static void collectGarbage() {
        WeakReference<Object> canary = new WeakReference<>(new Object());
        await().until(() -> {
            System.gc();
            return canary.get() == null;
        });
    }
}
