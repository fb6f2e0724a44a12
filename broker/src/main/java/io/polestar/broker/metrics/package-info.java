/** Micrometer meters of the broker. */
package io.polestar.broker.metrics;
