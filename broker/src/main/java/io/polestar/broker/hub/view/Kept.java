package io.polestar.broker.hub.view;

import java.util.BitSet;

/**
 * Which offsets of a source's batch a view shows. Immutable.
 *
 * @param span how many offsets the batch has
 * @param some those shown, counted from the batch's first; null for all
 */
record Kept(int span, BitSet some) {

    static Kept all(int span) {
        return new Kept(span, null);
    }

    /** All of them where every offset is among the given ones. */
    static Kept of(int span, BitSet some) {
        return some.cardinality() == span ? all(span) : new Kept(span, some);
    }

    boolean isAll() {
        return some == null;
    }

    /** How many offsets of the view they take. */
    int count() {
        return isAll() ? span : some.cardinality();
    }

    /** The first one shown at or behind a delta; -1 if there is none. */
    int next(int delta) {
        if (isAll()) {
            return delta < span ? delta : -1;
        }
        return some.nextSetBit(delta);
    }
}
