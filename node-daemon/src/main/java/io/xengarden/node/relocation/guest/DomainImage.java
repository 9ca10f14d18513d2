package io.xengarden.node.relocation.guest;

import io.xengarden.abi.VcpuContext;
import io.xengarden.domain.CapturedState;
import io.xengarden.domain.CapturedState.CapturedVcpu;
import io.xengarden.hypervisor.XenDomain;
import io.xengarden.hypervisor.XenVersion;
import io.xengarden.node.image.GuestShape;
import io.xengarden.node.image.GuestState;
import io.xengarden.node.image.SavedVcpu;
import io.xengarden.node.image.TscInfo;
import java.util.List;

/** A suspended domain as the image codec knows it, and back. */
public final class DomainImage {
  /** Default: native where the host's TSC allows it. */
  private static final int TSC_MODE_DEFAULT = 0;

  /** A tick of a guest's TSC is a nanosecond. */
  private static final int TSC_KHZ = 1_000_000;

  private DomainImage() {}

  public static GuestShape shape(XenDomain xen) {
    return new GuestShape(xen.pages(), XenVersion.MAJOR, XenVersion.MINOR);
  }

  /**
   * @throws BadState when the guest has suspended as none does that could be resumed elsewhere
   */
  public static GuestState toImage(XenDomain xen, CapturedState captured) throws BadState {
    if (captured.vcpus().isEmpty() || captured.vcpus().getFirst().vcpu() != 0) {
      throw new BadState("the guest has suspended without vCPU 0");
    }
    List<SavedVcpu> vcpus =
        captured.vcpus().stream()
            .map(vcpu -> new SavedVcpu(vcpu.vcpu(), VcpuContext.fromBytes(vcpu.context())))
            .toList();
    long startInfo = vcpus.getFirst().context().rdx;
    if (startInfo < 0 || startInfo >= xen.pages()) {
      throw new BadState(
          "the guest has suspended with start_info in frame 0x" + Long.toHexString(startInfo));
    }
    TscInfo tsc = new TscInfo(TSC_MODE_DEFAULT, TSC_KHZ, captured.guestTimeNs(), 0);
    return new GuestState(startInfo, tsc, captured.sharedInfo(), vcpus);
  }

  public static CapturedState fromImage(GuestState saved) {
    List<CapturedVcpu> vcpus =
        saved.vcpus().stream()
            .map(vcpu -> new CapturedVcpu(vcpu.id(), vcpu.context().toBytes()))
            .toList();
    return new CapturedState(vcpus, saved.sharedInfo(), saved.tsc().elapsedNs());
  }

  /** Stackless: what a guest does wrong is part of the protocol. */
  public static final class BadState extends Exception {
    private static final long serialVersionUID = 1L;

    BadState(String message) {
      super(message, null, false, false);
    }
  }
}
