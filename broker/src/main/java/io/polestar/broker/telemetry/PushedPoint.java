package io.polestar.broker.telemetry;

import io.prometheus.metrics.model.snapshots.Labels;

/**
 * One value of one metric as a client pushed it.
 *
 * @param counter whether it only grows
 * @param difference whether the value is what was added since the push before
 */
record PushedPoint(String name, Labels labels, boolean counter, boolean difference, double value) {}
