package io.xengarden.machine.stress;

import io.xengarden.machine.GuestMemory;
import io.xengarden.machine.PageView;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJJ_Result;

/** Two ports of one pending word are raised at a time; who found it empty delivers the upcall. */
@JCStressTest
@Outcome(id = "0, 1, 3", expect = Expect.ACCEPTABLE, desc = "the first delivers")
@Outcome(id = "2, 0, 3", expect = Expect.ACCEPTABLE, desc = "the second delivers")
@Outcome(expect = Expect.FORBIDDEN, desc = "an event lost, or nobody delivers")
@State
public class RaisedBits {
  private final GuestMemory guest = Frames.domain();
  private final PageView first = guest.page(0, true);
  private final PageView second = guest.page(0, true);

  @Actor
  public void raiseFirst(JJJ_Result result) {
    result.r1 = first.getAndBitwiseOrLong(8, 1);
  }

  @Actor
  public void raiseSecond(JJJ_Result result) {
    result.r2 = second.getAndBitwiseOrLong(8, 2);
  }

  @Arbiter
  public void pending(JJJ_Result result) {
    result.r3 = guest.getLong(8);
  }
}
