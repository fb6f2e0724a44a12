/** The partition log: segments, index, recovery; nothing of the network. May import Kafka's records and log helpers, and Chronicle. */
package io.polestar.storage;
