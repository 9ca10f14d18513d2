package io.xengarden.node.image;

import java.util.EnumSet;
import java.util.Set;

/**
 * Which libxc record may come when: X86_PV_INFO, policies, STATIC_DATA_END, X86_PV_P2M_FRAMES,
 * pages, and behind the last page TSC, shared_info and vCPUs. Xen's saver keeps this order.
 */
final class RecordOrder {
  private enum Stage {
    INFO(LibxcRecord.X86_PV_INFO),
    STATIC_DATA(LibxcRecord.STATIC_DATA_END),
    P2M(LibxcRecord.X86_PV_P2M_FRAMES),
    PAGES(null),
    STATE(null);

    /** Whose coming ends this stage. */
    private final LibxcRecord awaited;

    Stage(LibxcRecord awaited) {
      this.awaited = awaited;
    }
  }

  private static final Set<LibxcRecord> ONCE =
      EnumSet.of(
          LibxcRecord.X86_PV_INFO,
          LibxcRecord.X86_CPUID_POLICY,
          LibxcRecord.X86_MSR_POLICY,
          LibxcRecord.STATIC_DATA_END,
          LibxcRecord.X86_PV_P2M_FRAMES,
          LibxcRecord.X86_TSC_INFO,
          LibxcRecord.SHARED_INFO);

  private final Set<LibxcRecord> seen = EnumSet.noneOf(LibxcRecord.class);
  private final int version;
  private Stage stage = Stage.INFO;

  RecordOrder(int version) {
    this.version = version;
  }

  /** Takes note of a record; what is wrong with its coming now, or null. */
  String problem(LibxcRecord record) {
    if (ONCE.contains(record) && !seen.add(record)) {
      return "a second one";
    }
    return switch (record) {
      case X86_PV_INFO -> moveFrom(Stage.INFO, Stage.STATIC_DATA);
      case X86_CPUID_POLICY, X86_MSR_POLICY -> staticData(Stage.STATIC_DATA);
      case STATIC_DATA_END -> staticData(Stage.P2M);
      case X86_PV_P2M_FRAMES -> p2mFrames();
      case PAGE_DATA -> moveFrom(Stage.PAGES, Stage.PAGES);
      case X86_TSC_INFO,
          SHARED_INFO,
          X86_PV_VCPU_BASIC,
          X86_PV_VCPU_EXTENDED,
          X86_PV_VCPU_XSAVE,
          X86_PV_VCPU_MSRS ->
          state();
      case END -> end();
      case HVM_CONTEXT, HVM_PARAMS -> "belongs to an HVM guest";
      case TOOLSTACK -> "belongs to a stream of version 1";
      case VERIFY -> "belongs to xl migrate --debug and is not supported";
      case CHECKPOINT, CHECKPOINT_DIRTY_PFN_LIST ->
          "belongs to a Remus or COLO stream and is not supported";
    };
  }

  private String staticData(Stage next) {
    return version < Format.LIBXC_VERSION
        ? "not known in a stream of version " + version
        : moveFrom(Stage.STATIC_DATA, next);
  }

  private String p2mFrames() {
    if (version < Format.LIBXC_VERSION && stage == Stage.STATIC_DATA) {
      stage = Stage.P2M; // version 2 has no static data and no end of it
    }
    return moveFrom(Stage.P2M, Stage.PAGES);
  }

  private String state() {
    return stage == Stage.STATE ? null : moveFrom(Stage.PAGES, Stage.STATE);
  }

  private String end() {
    if (!seen.contains(LibxcRecord.X86_TSC_INFO)) {
      return "no X86_TSC_INFO before it";
    }
    return seen.contains(LibxcRecord.SHARED_INFO) ? null : "no SHARED_INFO before it";
  }

  private String moveFrom(Stage expected, Stage next) {
    if (stage == expected) {
      stage = next;
      return null;
    }
    if (stage.ordinal() < expected.ordinal() && stage.awaited != null) {
      return "comes before " + stage.awaited;
    }
    return stage == Stage.STATE ? "comes behind the last page" : "comes too late";
  }
}
