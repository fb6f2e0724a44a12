package io.polestar.broker.net;

import io.polestar.broker.quota.Charge;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AbstractResponse;

/** What of a request counts against its client's quotas, and what the client is told of it. Stateless. */
final class Charging {
    private Charging() {}

    /**
     * Charges for a request that is about to be answered, and puts the time that the client has to wait into the answer.
     *
     * @param response null if none is sent
     * @return for how many milliseconds the client is not to be listened to
     */
    static int throttleMs(Exchange exchange, AbstractResponse response) {
        int ofHandler = response == null ? 0 : response.throttleTimeMs();
        Charge charge = exchange.charge();
        if (charge.isNone()) {
            return ofHandler;
        }
        int throttleMs = Math.max(ofHandler, charge(exchange, charge, response != null));
        if (response != null) {
            response.maybeSetThrottleTimeMs(throttleMs);
        }
        return throttleMs;
    }

    private static int charge(Exchange exchange, Charge charge, boolean answered) {
        ApiKeys key = exchange.apiKey();
        return switch (key) {
            case PRODUCE -> charge.forProduce(exchange.requestBytes(), answered);
            case FETCH, SHARE_FETCH -> 0; // their handlers charge, as it decides what is answered
            default -> key.clusterAction ? 0 : charge.forRequest();
        };
    }
}
