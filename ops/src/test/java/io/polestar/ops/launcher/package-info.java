/** The launcher as a user meets it: in a checkout and unpacked from an archive. */
package io.polestar.ops.launcher;
