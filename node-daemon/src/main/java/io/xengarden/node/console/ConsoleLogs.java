package io.xengarden.node.console;

import java.io.IOException;

/** Where guests' console output is kept: files in production, memory in simulation. */
public interface ConsoleLogs {
  /** The log of a domain of this name; a former one of the same name is continued. */
  ConsoleLog open(String domainName);

  /** One domain's log. */
  interface ConsoleLog {
    /** Adds bytes, which are not changed afterwards; answers once, in order, on any thread. */
    void append(byte[] output, AppendDone done);

    /** No more output; what was appended is still written. */
    void close();
  }

  /** How an append ended. */
  @FunctionalInterface
  interface AppendDone {
    /**
     * @param failure what went wrong, or null
     */
    void done(IOException failure);
  }
}
