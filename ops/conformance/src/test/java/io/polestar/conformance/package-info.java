/** Runs Apache Kafka's integration tests of its clients against Polestar; {@code listing.txt} says which. */
package io.polestar.conformance;
