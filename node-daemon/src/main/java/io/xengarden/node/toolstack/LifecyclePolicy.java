package io.xengarden.node.toolstack;

import io.xengarden.abi.ShutdownReason;
import io.xengarden.proto.v1.DomainConfig;
import io.xengarden.proto.v1.LifecycleAction;
import java.util.stream.Stream;

/** What becomes of a domain that has shut down: its {@code on_*} settings. */
enum LifecyclePolicy {
  DESTROY("destroy"),
  RESTART("restart"),
  RENAME_RESTART("rename-restart"),
  PRESERVE("preserve");

  private final String words;

  LifecyclePolicy(String words) {
    this.words = words;
  }

  /** As in a configuration. */
  String inWords() {
    return words;
  }

  /** A suspended domain stays: somebody is about to save or resume it. */
  static LifecyclePolicy of(DomainConfig config, ShutdownReason reason) {
    return switch (reason) {
      case POWEROFF -> of(config.getOnPoweroff());
      case REBOOT -> of(config.getOnReboot());
      case SUSPEND -> PRESERVE;
      case CRASH -> of(config.getOnCrash());
      case WATCHDOG -> of(config.getOnWatchdog());
      case SOFT_RESET -> of(config.getOnSoftReset());
    };
  }

  /** Whether one of the settings asks for a core dump, which there is none of here. */
  static boolean dumpsCore(DomainConfig config) {
    return Stream.of(
            config.getOnPoweroff(),
            config.getOnReboot(),
            config.getOnCrash(),
            config.getOnWatchdog(),
            config.getOnSoftReset())
        .anyMatch(
            action ->
                action == LifecycleAction.LIFECYCLE_ACTION_COREDUMP_DESTROY
                    || action == LifecycleAction.LIFECYCLE_ACTION_COREDUMP_RESTART);
  }

  private static LifecyclePolicy of(LifecycleAction action) {
    return switch (action) {
      case LIFECYCLE_ACTION_RESTART, LIFECYCLE_ACTION_COREDUMP_RESTART -> RESTART;
      case LIFECYCLE_ACTION_RENAME_RESTART -> RENAME_RESTART;
      case LIFECYCLE_ACTION_PRESERVE -> PRESERVE;
      case LIFECYCLE_ACTION_DESTROY,
          LIFECYCLE_ACTION_COREDUMP_DESTROY,
          LIFECYCLE_ACTION_SOFT_RESET,
          LIFECYCLE_ACTION_UNSPECIFIED,
          UNRECOGNIZED ->
          DESTROY;
    };
  }
}
