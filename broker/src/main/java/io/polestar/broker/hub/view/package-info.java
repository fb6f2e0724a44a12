/**
 * Views: topics whose logs refer to the records of others. {@link io.polestar.broker.hub.view.Views} follows the metadata,
 * {@link io.polestar.broker.hub.view.ViewWriter} the sources, {@link io.polestar.broker.hub.view.ViewReader} answers fetches.
 */
package io.polestar.broker.hub.view;
