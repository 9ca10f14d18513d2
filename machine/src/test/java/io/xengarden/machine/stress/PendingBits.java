package io.xengarden.machine.stress;

import io.xengarden.machine.GuestMemory;
import io.xengarden.machine.PageView;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/** A port is raised beside another that is pending, while the guest takes what is pending. */
@JCStressTest
@Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "taken before; the new one waits")
@Outcome(id = "3, 0", expect = Expect.ACCEPTABLE, desc = "both taken")
@Outcome(expect = Expect.FORBIDDEN, desc = "an event lost or seen twice")
@State
public class PendingBits {
  private final GuestMemory guest = Frames.domain();
  private final PageView peer = guest.page(0, true);

  public PendingBits() {
    guest.putLong(8, 1);
  }

  @Actor
  public void raise() {
    peer.getAndBitwiseOrLong(8, 2);
  }

  @Actor
  public void take(JJ_Result result) {
    result.r1 = guest.getAndBitwiseAndLong(8, 0);
  }

  @Arbiter
  public void left(JJ_Result result) {
    result.r2 = guest.getLong(8);
  }
}
