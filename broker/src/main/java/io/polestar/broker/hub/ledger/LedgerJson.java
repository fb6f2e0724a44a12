package io.polestar.broker.hub.ledger;

import com.fasterxml.jackson.databind.ObjectMapper;

/** How the ledger writes JSON; a class of its own, so that Jackson is loaded with the first entry and not with the broker. */
final class LedgerJson {
    static final ObjectMapper MAPPER = new ObjectMapper();

    private LedgerJson() {}
}
