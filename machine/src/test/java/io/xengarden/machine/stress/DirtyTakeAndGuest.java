package io.xengarden.machine.stress;

import io.xengarden.machine.DirtyLog;
import io.xengarden.machine.GuestMemory;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IJ_Result;

/** Pre-copy takes a page's bit and then copies the page, while the guest writes to it. */
@JCStressTest
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "missed, and dirty for the next round")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "copied, and copied again")
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "copied")
@Outcome(expect = Expect.FORBIDDEN, desc = "a lost write")
@State
public class DirtyTakeAndGuest {
  private final GuestMemory guest = Frames.domain();
  private final DirtyLog log = guest.startDirtyLog(2);

  @Actor
  public void guest() {
    guest.putInt(16, 1);
  }

  @Actor
  public void preCopy(IJ_Result result) {
    log.takeWord(0);
    result.r1 = guest.getInt(16);
  }

  @Arbiter
  public void nextRound(IJ_Result result) {
    result.r2 = log.takeWord(0);
  }
}
