/** The Kafka wire on Netty: framing, request decoding, response encoding. May import kafka-clients and Netty; nothing of the other modules. */
package io.polestar.protocol;
