package io.xengarden.node.console;

/**
 * What the client of one {@code run} is told: one message after {@code Run} and each {@code
 * MoreOfRun}.
 */
public sealed interface RunFeed {
  /** No prompt in {@link DomainConsole#PROMPT_WAIT}. */
  int STATUS_NO_PROMPT = 124;

  /** The domain left the host meanwhile. */
  int STATUS_DOMAIN_GONE = 125;

  /** What the command printed, LF at line ends. */
  record RunOutput(byte[] bytes) implements RunFeed {}

  /** Last: the command's status, or one of the two above. */
  record RunEnded(int exitStatus) implements RunFeed {}

  /** Last: refused, or its output is not complete. */
  record RunFailed(String why) implements RunFeed {}
}
