/** {@code polestar serve}: settings from file, flags and defaults, and the broker in the foreground. */
package io.polestar.ops.cli.serve;
