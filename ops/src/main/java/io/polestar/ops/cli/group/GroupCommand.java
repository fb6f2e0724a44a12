package io.polestar.ops.cli.group;

import io.polestar.ops.cli.VerbGroup;
import picocli.CommandLine.Command;

/** Groups the verbs about consumer groups. */
@Command(
        name = "group",
        description = "Lists, describes, resets and deletes consumer groups.",
        mixinStandardHelpOptions = true,
        subcommands = {ListGroups.class, DescribeGroup.class, ResetGroup.class, DeleteGroup.class})
public final class GroupCommand extends VerbGroup {}
