/** Kafka Connect and MirrorMaker 2 with Polestar, and with Apache Kafka beside it. */
package io.polestar.conformance.connect;
