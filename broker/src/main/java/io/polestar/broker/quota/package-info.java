/** Client quotas: what counts against them and how long a client over one has to wait. Imports the settings only. */
package io.polestar.broker.quota;
