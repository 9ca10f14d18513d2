package io.xengarden.machine.stress;

import io.xengarden.machine.GuestMemory;
import io.xengarden.machine.PageView;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZI_Result;

/**
 * The hypervisor marks a grant as in use while the guest ends it, both by one compare-and-set of
 * flags and domid: never is a frame mapped whose grant has ended.
 */
@JCStressTest
@Outcome(id = "true, false, 65545", expect = Expect.ACCEPTABLE, desc = "mapped; the end refused")
@Outcome(id = "false, true, 0", expect = Expect.ACCEPTABLE, desc = "ended; the map refused")
@Outcome(expect = Expect.FORBIDDEN, desc = "mapped and ended, or neither")
@State
public class GrantWord {
  private static final int PERMITTED_TO_1 = 1 << 16 | 1;
  private static final int READING = 8;

  private final GuestMemory guest = Frames.domain();
  private final PageView hypervisor = guest.page(0, true);

  public GrantWord() {
    guest.putInt(0, PERMITTED_TO_1);
  }

  @Actor
  public void map(ZZI_Result result) {
    result.r1 = hypervisor.compareAndSetInt(0, PERMITTED_TO_1, PERMITTED_TO_1 | READING);
  }

  @Actor
  public void endAccess(ZZI_Result result) {
    result.r2 = guest.compareAndSetInt(0, PERMITTED_TO_1, 0);
  }

  @Arbiter
  public void entry(ZZI_Result result) {
    result.r3 = guest.getInt(0);
  }
}
