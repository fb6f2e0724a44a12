package io.polestar.ops.cli.view;

import io.polestar.ops.cli.VerbGroup;
import picocli.CommandLine.Command;

/** Groups the verbs about views. */
@Command(
        name = "view",
        description = "Creates, lists, describes and deletes views: read-only topics that show the records of others.",
        mixinStandardHelpOptions = true,
        subcommands = {CreateView.class, ListViews.class, DescribeView.class, DeleteView.class})
public final class ViewCommand extends VerbGroup {}
