/** The verb that asks the loss ledger. */
package io.polestar.ops.cli.audit;
