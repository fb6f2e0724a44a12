package io.polestar.broker.hub.view;

import io.polestar.broker.topic.OffsetRange;
import io.polestar.broker.topic.Partition;
import java.util.function.Consumer;

/** One partition of a view, for who wants to know what it refers to. Safe for use from any thread. */
public interface ViewLog {
    Partition partition();

    /** Visits the references that take these offsets of the view, in order. Reads the view's log. */
    void eachReferred(OffsetRange offsets, Consumer<Referred> visitor);
}
