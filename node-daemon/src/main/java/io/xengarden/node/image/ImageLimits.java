package io.xengarden.node.image;

import io.xengarden.abi.SharedInfo;
import io.xengarden.machine.GuestMemory;

/**
 * What a decoder accepts at most. Every length is compared with its limit before anything is
 * allocated for it; {@link #MAX_RETAINED_BYTES} bounds what a decoder holds at any time.
 *
 * @param frames of the guest
 * @param vcpus ids are below it
 */
public record ImageLimits(long frames, int vcpus) {
  /** 1 TiB: as many as a guest's memory may ever map. */
  public static final long MAX_FRAMES = GuestMemory.MAX_FRAMES;

  /** As many as shared_info has vcpu_infos for. */
  public static final int MAX_VCPUS = SharedInfo.MAX_LEGACY_VCPUS;

  /** Pages in a PAGE_DATA record: libxc's MAX_BATCH_SIZE. */
  public static final int MAX_BATCH_PAGES = 1024;

  /** Of any libxc record: libxc's REC_LENGTH_MAX. */
  public static final int MAX_RECORD_BYTES = 8 << 20;

  /** Of the JSON domain configuration in a file's head. */
  public static final int MAX_CONFIGURATION_BYTES = 1 << 20;

  /** Of all that an xl header may bring. */
  public static final int MAX_OPTIONAL_BYTES = 4 << 20;

  /** Leaves of a CPUID policy: 24 bytes each. */
  public static final int MAX_CPUID_LEAVES = 1024;

  /** Entries of an MSR policy or of a vCPU's MSRs: 16 bytes each. */
  public static final int MAX_MSRS = 1024;

  /** Of one vCPU's XSAVE record, with AMX's tiles. */
  public static final int MAX_XSAVE_BYTES = 64 << 10;

  /** Pfns in X86_PV_P2M_FRAMES: one for 512 frames of the guest. */
  public static final int MAX_P2M_PAGES = (int) (MAX_FRAMES / 512);

  /**
   * What a decoder holds at most while it reads: the largest record twice (as bytes and as values),
   * and every vCPU's context. The pages are the sink's.
   */
  public static final long MAX_RETAINED_BYTES = 2L * 8 * MAX_P2M_PAGES + (1 << 20);

  public static final ImageLimits LARGEST = new ImageLimits(MAX_FRAMES, MAX_VCPUS);

  public ImageLimits {
    if (frames <= 0 || frames > MAX_FRAMES || vcpus <= 0 || vcpus > MAX_VCPUS) {
      throw new IllegalArgumentException(frames + " frames, " + vcpus + " vCPUs");
    }
  }
}
