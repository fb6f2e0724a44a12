package io.polestar.broker.hub.view;

import io.polestar.broker.topic.OffsetRange;
import org.apache.kafka.common.Uuid;

/** Records of a source as a view refers to them, for who wants to know what a view showed. Immutable. */
public final class Referred {
    private final Reference reference;
    private final long viewOffset;

    private Referred(Reference reference, long viewOffset) {
        this.reference = reference;
        this.viewOffset = viewOffset;
    }

    static Referred of(Reference reference, long viewOffset) {
        return new Referred(reference, viewOffset);
    }

    public Uuid topicId() {
        return reference.source().topicId();
    }

    public int partition() {
        return reference.source().partition();
    }

    /**
     * The offsets, in the view, of those that are in a range of the source.
     *
     * @return an empty range for none
     */
    public OffsetRange within(OffsetRange ofSource) {
        return new OffsetRange(viewOffset + shownBelow(ofSource.from()), viewOffset + shownBelow(ofSource.to()));
    }

    private int shownBelow(long sourceOffset) {
        Kept kept = reference.kept();
        int delta = (int) Math.max(0, Math.min(kept.span(), sourceOffset - reference.baseOffset()));
        return kept.isAll() ? delta : kept.some().get(0, delta).cardinality();
    }
}
