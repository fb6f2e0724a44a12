package io.polestar.broker.net;

/** Told when a connection is gone. Called once for each, on its event loop: must not block. */
public interface ConnectionListener {
    void onClosed(String connectionId);
}
