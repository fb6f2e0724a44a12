/** What the client library can be told, by builders and by files. May import Jackson and {@code io.polestar.protocol}. */
package io.polestar.client.config;
