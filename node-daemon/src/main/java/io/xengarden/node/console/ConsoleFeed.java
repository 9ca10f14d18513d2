package io.xengarden.node.console;

/**
 * What an attached client is told. It gets one message after {@code Attach} and one after each
 * {@code More}: a client that does not ask is not sent anything, and holds up neither the guest nor
 * others.
 */
public sealed interface ConsoleFeed {

  /** What the guest printed; at most {@link DomainConsole#MAX_CHUNK} bytes. */
  record Output(byte[] bytes) implements ConsoleFeed {}

  /** The domain left the host. Comes unasked; {@code rest} is what the client had not read yet. */
  record Ended(byte[] rest) implements ConsoleFeed {}

  /** Not attached. */
  record AttachRefused(String why) implements ConsoleFeed {}
}
