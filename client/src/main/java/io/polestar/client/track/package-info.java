/** Messages with a source id and a sequence, and what a receiver can say of them. May import {@code io.polestar.protocol}. */
package io.polestar.client.track;
