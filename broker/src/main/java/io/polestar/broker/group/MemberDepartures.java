package io.polestar.broker.group;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.Deserializer;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataKey;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataValue;
import org.apache.kafka.coordinator.group.generated.CoordinatorRecordType;
import org.apache.kafka.coordinator.group.generated.GroupMetadataKey;
import org.apache.kafka.coordinator.group.generated.GroupMetadataValue;
import org.apache.kafka.coordinator.group.generated.ShareGroupMemberMetadataKey;
import org.apache.kafka.coordinator.group.generated.StreamsGroupMemberMetadataKey;
import org.apache.kafka.coordinator.group.generated.StreamsGroupMemberMetadataValue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says of each member that a group loses who it was and why: one log line and one count. It sees what the coordinator writes;
 * a member that did not say that it leaves was expired. Guarded by its own monitor, held for a look at the records.
 */
public final class MemberDepartures {
    private static final Logger log = LoggerFactory.getLogger(MemberDepartures.class);
    private static final int MAX_ANNOUNCED = 10_000;
    private static final int MAX_GROUPS_COUNTED = 1_000;
    private static final String NO_INSTANCE = "";

    private static final Set<Short> TYPES = Set.of(
            CoordinatorRecordType.GROUP_METADATA.id(),
            CoordinatorRecordType.CONSUMER_GROUP_MEMBER_METADATA.id(),
            CoordinatorRecordType.SHARE_GROUP_MEMBER_METADATA.id(),
            CoordinatorRecordType.STREAMS_GROUP_MEMBER_METADATA.id());

    private record Member(String group, String id) {}

    private record Gone(Member member, String instance) {}

    private final GroupCoordinatorRecordSerde serde = new GroupCoordinatorRecordSerde();
    private final MeterRegistry meters;
    private final Set<String> counted = new HashSet<>();

    /** Instance id by member id, by group. */
    private final Map<String, Map<String, String>> members = new HashMap<>();

    private final Map<Member, String> announced = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Member, String> eldest) {
            return size() > MAX_ANNOUNCED;
        }
    };

    public MemberDepartures(MeterRegistry meters) {
        this.meters = meters;
    }

    /**
     * A member asks to leave.
     *
     * @param instanceId names it where the member id is empty; may be {@code null}
     * @param why in its own words; may be {@code null}
     */
    public synchronized void leaving(String group, String memberId, String instanceId, String why) {
        String id = memberId.isEmpty() && instanceId != null ? idOf(group, instanceId) : memberId;
        announced.put(new Member(group, id), why == null ? "" : why);
    }

    private String idOf(String group, String instanceId) {
        return members.getOrDefault(group, Map.of()).entrySet().stream()
                .filter(each -> each.getValue().equals(instanceId))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("");
    }

    /** Takes note of the members while a coordinator is loaded. */
    Deserializer<CoordinatorRecord> whileLoading() {
        return (key, value) -> {
            CoordinatorRecord read = serde.deserialize(key, value);
            synchronized (this) {
                apply(read, new ArrayList<>());
            }
            return read;
        };
    }

    /** The coordinator has written. */
    void written(MemoryRecords records) {
        for (Record record : records.records()) {
            ByteBuffer key = record.key();
            if (key != null && key.remaining() >= Short.BYTES && TYPES.contains(key.getShort(key.position()))) {
                lookAt(records);
                return;
            }
        }
    }

    private synchronized void lookAt(MemoryRecords records) {
        List<Gone> gone = new ArrayList<>();
        for (Record record : records.records()) {
            if (TYPES.contains(record.key().getShort(record.key().position()))) {
                apply(serde.deserialize(record.key(), record.value()), gone);
            }
        }
        // A group that changes its protocol loses its members and has them again.
        gone.removeIf(each -> members.getOrDefault(each.member().group(), Map.of())
                .containsKey(each.member().id()));
        gone.forEach(this::say);
    }

    private void apply(CoordinatorRecord record, List<Gone> gone) {
        Object value = record.value() == null ? null : record.value().message();
        if (record.key() instanceof GroupMetadataKey key) {
            replace(key.group(), (GroupMetadataValue) value, gone);
        } else if (record.key() instanceof ConsumerGroupMemberMetadataKey key) {
            String instance = value == null ? null : ((ConsumerGroupMemberMetadataValue) value).instanceId();
            change(new Member(key.groupId(), key.memberId()), value != null, instance, gone);
        } else if (record.key() instanceof StreamsGroupMemberMetadataKey key) {
            String instance = value == null ? null : ((StreamsGroupMemberMetadataValue) value).instanceId();
            change(new Member(key.groupId(), key.memberId()), value != null, instance, gone);
        } else if (record.key() instanceof ShareGroupMemberMetadataKey key) {
            change(new Member(key.groupId(), key.memberId()), value != null, null, gone);
        }
    }

    private void replace(String group, GroupMetadataValue value, List<Gone> gone) {
        Map<String, String> now = new HashMap<>();
        if (value != null) {
            value.members().forEach(each -> now.put(each.memberId(), orNone(each.groupInstanceId())));
        }
        Map<String, String> before = now.isEmpty() ? members.remove(group) : members.put(group, now);
        if (before != null) {
            before.forEach((id, instance) -> gone.add(new Gone(new Member(group, id), instance)));
            gone.removeIf(each -> now.containsKey(each.member().id()));
        }
    }

    private void change(Member member, boolean present, String instance, List<Gone> gone) {
        if (present) {
            members.computeIfAbsent(member.group(), group -> new HashMap<>()).put(member.id(), orNone(instance));
            return;
        }
        Map<String, String> known = members.get(member.group());
        String before = known == null ? null : known.remove(member.id());
        if (before != null) {
            gone.add(new Gone(member, before));
        }
        if (known != null && known.isEmpty()) {
            members.remove(member.group());
        }
    }

    private static String orNone(String instance) {
        return instance == null ? NO_INSTANCE : instance;
    }

    private void say(Gone gone) {
        Member member = gone.member();
        String why = announced.remove(member);
        String reason = why != null ? "left" : isReplaced(gone) ? "replaced" : "expired";
        log.info(
                "group={} member={} instance={} event=member_gone reason={} detail=\"{}\"",
                member.group(),
                member.id(),
                gone.instance(),
                reason,
                why == null ? "" : why);
        Counter.builder("polestar.group.members.gone")
                .description("Members that groups have lost: they left, were replaced, or expired")
                .tag("group", countedAs(member.group()))
                .tag("reason", reason)
                .register(meters)
                .increment();
    }

    /** Whether a static member came back under a new id. */
    private boolean isReplaced(Gone gone) {
        return !gone.instance().isEmpty()
                && members.getOrDefault(gone.member().group(), Map.of()).containsValue(gone.instance());
    }

    private String countedAs(String group) {
        return counted.contains(group) || counted.size() < MAX_GROUPS_COUNTED && counted.add(group) ? group : "other";
    }
}
