/** The verbs about a data directory that no broker has open; they read the files themselves. */
package io.polestar.ops.cli.log;
