/** The client library. May import {@code io.polestar.protocol} and kafka-clients. */
package io.polestar.client;
