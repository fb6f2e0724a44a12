/** Connections: listeners, event loops, requests in order, backpressure. May import {@code api}. */
package io.polestar.broker.net;
