package io.xengarden.node.relocation.migration;

/** What the source's own helpers report. */
sealed interface SourceReport extends SourceCommand.Internal {
  record FromSender(PageSender.Report report) implements SourceReport {}

  record SwapEnded(SwapUntilAnswered.Result result) implements SourceReport {}
}
