/** One handler class per API key; the listing of this package is the list of supported APIs. */
package io.polestar.broker.api;
