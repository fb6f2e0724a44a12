/** What clients push of their own metrics (KIP-714), and where it goes. Imports the settings only. */
package io.polestar.broker.telemetry;
