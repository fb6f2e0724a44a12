package io.polestar.broker.txn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.coordinator.transaction.TransactionMetadata;
import org.apache.kafka.coordinator.transaction.TransactionState;
import org.apache.kafka.coordinator.transaction.TxnTransitMetadata;
import org.apache.kafka.server.common.TransactionVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndRulesTest {
    private static final long PRODUCER = 7;
    private static final short EPOCH = 5;
    private static final OptionalLong NONE = OptionalLong.empty();

    private static TransactionMetadata metadata(TransactionState state, int epoch) {
        return new TransactionMetadata(
                "t",
                PRODUCER,
                -1,
                -1,
                (short) epoch,
                (short) (epoch - 1),
                60_000,
                state,
                state == TransactionState.ONGOING ? Set.of(new TopicPartition("a", 0)) : Set.of(),
                1,
                1,
                TransactionVersion.TV_2);
    }

    private static TransactionEnd.Request request(int epoch, TransactionResult result, TransactionVersion version) {
        return new TransactionEnd.Request("t", PRODUCER, (short) epoch, result, version);
    }

    /** NONE if it was done before, otherwise the state that is written next or the refusal. */
    private static String decide(TransactionState state, int clientEpoch, TransactionResult how, TransactionVersion v) {
        try {
            EndRules.Verdict verdict =
                    EndRules.forClient(request(clientEpoch, how, v)).decide(metadata(state, EPOCH), NONE, 2);
            return verdict instanceof EndRules.Decided decided
                    ? decided.next().txnState() + " " + decided.next().producerEpoch()
                    : "NONE";
        } catch (ApiException e) {
            return Errors.forException(e).name();
        }
    }

    @ParameterizedTest
    @CsvSource({
        // state, abort repeated, abort, commit repeated, commit
        "EMPTY,           PRODUCER_FENCED,         PREPARE_ABORT 6,   PRODUCER_FENCED,         INVALID_TXN_STATE",
        "ONGOING,         PRODUCER_FENCED,         PREPARE_ABORT 6,   PRODUCER_FENCED,         PREPARE_COMMIT 6",
        "PREPARE_ABORT,   CONCURRENT_TRANSACTIONS, PRODUCER_FENCED,   INVALID_TXN_STATE,       PRODUCER_FENCED",
        "PREPARE_COMMIT,  INVALID_TXN_STATE,       PRODUCER_FENCED,   CONCURRENT_TRANSACTIONS, PRODUCER_FENCED",
        "COMPLETE_ABORT,  NONE,                    PREPARE_ABORT 6,   INVALID_TXN_STATE,       INVALID_TXN_STATE",
        "COMPLETE_COMMIT, INVALID_TXN_STATE,       PREPARE_ABORT 6,   NONE,                    INVALID_TXN_STATE"
    })
    void shouldTellARetryByItsEpochFromVersionTwoOn(
            TransactionState state, String abortRepeated, String abort, String commitRepeated, String commit) {
        TransactionVersion v2 = TransactionVersion.TV_2;
        assertEquals(abortRepeated, decide(state, EPOCH - 1, TransactionResult.ABORT, v2));
        assertEquals(abort, decide(state, EPOCH, TransactionResult.ABORT, v2));
        assertEquals(commitRepeated, decide(state, EPOCH - 1, TransactionResult.COMMIT, v2));
        assertEquals(commit, decide(state, EPOCH, TransactionResult.COMMIT, v2));
        assertEquals("PRODUCER_FENCED", decide(state, EPOCH - 2, TransactionResult.ABORT, v2));
    }

    @ParameterizedTest
    @CsvSource({
        "EMPTY,           INVALID_TXN_STATE,       INVALID_TXN_STATE",
        "ONGOING,         PREPARE_ABORT 5,         PREPARE_COMMIT 5",
        "PREPARE_ABORT,   CONCURRENT_TRANSACTIONS, INVALID_TXN_STATE",
        "PREPARE_COMMIT,  INVALID_TXN_STATE,       CONCURRENT_TRANSACTIONS",
        "COMPLETE_ABORT,  NONE,                    INVALID_TXN_STATE",
        "COMPLETE_COMMIT, INVALID_TXN_STATE,       NONE"
    })
    void shouldTellARetryByTheStateBelowVersionTwo(TransactionState state, String abort, String commit) {
        TransactionVersion v0 = TransactionVersion.TV_0;
        assertEquals(abort, decide(state, EPOCH, TransactionResult.ABORT, v0));
        assertEquals(commit, decide(state, EPOCH, TransactionResult.COMMIT, v0));
        assertEquals("PRODUCER_FENCED", decide(state, EPOCH - 1, TransactionResult.COMMIT, v0));
    }

    @Test
    void shouldRotateTheProducerIdWhenItsEpochsAreUsedUp() {
        int last = Short.MAX_VALUE - 1;
        TransactionMetadata metadata = metadata(TransactionState.ONGOING, last);
        EndRules rules = EndRules.forClient(request(last, TransactionResult.COMMIT, TransactionVersion.TV_2));
        assertInstanceOf(EndRules.NeedsProducerId.class, rules.decide(metadata, NONE, 2));
        TxnTransitMetadata next = ((EndRules.Decided) rules.decide(metadata, OptionalLong.of(99), 2)).next();
        metadata.completeTransitionTo(next);
        metadata.completeTransitionTo(metadata.prepareComplete(3));
        assertEquals(99, metadata.producerId());
        assertEquals(0, metadata.producerEpoch());
        assertInstanceOf(EndRules.AlreadyEnded.class, rules.decide(metadata, NONE, 4), "a repeated commit");
    }

    @Test
    void shouldRaiseTheEpochOnceWhereAProducerIsFenced() {
        for (TransactionVersion version : TransactionVersion.values()) {
            TransactionMetadata metadata = metadata(TransactionState.ONGOING, EPOCH);
            TxnTransitMetadata fence = metadata.prepareFenceProducerEpoch();
            EndRules rules = EndRules.forFence(request(fence.producerEpoch(), TransactionResult.ABORT, version));
            EndRules.Decided decided = (EndRules.Decided) rules.decide(metadata, NONE, 2);
            assertEquals(TransactionState.PREPARE_ABORT, decided.next().txnState());
            assertEquals(EPOCH + 1, decided.next().producerEpoch());
            assertEquals(Optional.of(TransactionState.PREPARE_ABORT), metadata.pendingState());
        }
    }
}
