/** The command line: what all verbs share. One package below per group of verbs, one class per verb. */
package io.polestar.ops.cli;
