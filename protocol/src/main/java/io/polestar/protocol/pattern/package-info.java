/** Topic patterns: what they match, and which of many match a topic. May import nothing of Polestar. */
package io.polestar.protocol.pattern;
