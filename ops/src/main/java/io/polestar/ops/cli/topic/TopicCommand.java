package io.polestar.ops.cli.topic;

import io.polestar.ops.cli.VerbGroup;
import picocli.CommandLine.Command;

/** Groups the verbs about topics. */
@Command(
        name = "topic",
        description = "Creates, lists, describes, alters and deletes topics.",
        mixinStandardHelpOptions = true,
        subcommands = {
            CreateTopic.class,
            ListTopics.class,
            DescribeTopic.class,
            AlterTopic.class,
            DeleteTopic.class,
        })
public final class TopicCommand extends VerbGroup {}
