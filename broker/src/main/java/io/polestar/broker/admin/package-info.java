/** What the HTTP server shows of the broker in JSON. */
package io.polestar.broker.admin;
