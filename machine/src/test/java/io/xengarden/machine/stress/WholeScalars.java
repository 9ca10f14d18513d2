package io.xengarden.machine.stress;

import io.xengarden.machine.GuestMemory;
import io.xengarden.machine.PageView;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JIS_Result;

/** An aligned scalar is seen as it was or as it is, never half of each. */
@JCStressTest
@Outcome(
    id = {
      "0, 0, 0",
      "0, 0, -1",
      "0, -1, 0",
      "0, -1, -1",
      "-1, 0, 0",
      "-1, 0, -1",
      "-1, -1, 0",
      "-1, -1, -1"
    },
    expect = Expect.ACCEPTABLE,
    desc = "each of them whole")
@Outcome(expect = Expect.FORBIDDEN, desc = "torn")
@State
public class WholeScalars {
  private final GuestMemory guest = Frames.domain();
  private final PageView backend = guest.page(0, true);

  @Actor
  public void write() {
    guest.putLong(0, -1);
    guest.putInt(8, -1);
    guest.putShort(12, (short) -1);
  }

  @Actor
  public void read(JIS_Result result) {
    result.r1 = backend.getLong(0);
    result.r2 = backend.getInt(8);
    result.r3 = backend.getShort(12);
  }
}
