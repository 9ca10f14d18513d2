package io.xengarden.hypervisor.gnttab;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.Domid;
import io.xengarden.abi.GrantEntry;
import io.xengarden.abi.GrantStatus;
import io.xengarden.hypervisor.gnttab.GrantAccess.Access;
import io.xengarden.hypervisor.gnttab.GrantAccess.GrantRefused;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** A guest that writes whatever it likes into its table. */
class GrantTableProperties {

  /** What the one word and the frame of an entry allow, said in full. */
  @Property(tries = 2000)
  void onlyARealGrantOfARealPageIsMapped(
      @ForAll int header, @ForAll int frame, @ForAll boolean plausible, @ForAll Access access) {
    try (Granter guest = new Granter()) {
      int flags = plausible ? header & 0xfffc | GrantEntry.PERMIT_ACCESS : header & 0xffff;
      int domid = plausible ? 0 : header >>> 16;
      int gfn = plausible ? frame & 31 : frame;
      int written = GrantEntry.header(flags, domid);
      GrantEntry.write(guest.memory, Granter.entry(1), written, gfn);
      GrantStatus expected = expected(flags, domid, gfn, access);
      GrantStatus status = GrantStatus.OKAY;
      try (GrantMapping mapping = guest.access().map(1, access)) {
        assertThat(mapping.page().gfn()).isEqualTo(gfn);
        mapping.page().getByte(4095);
      } catch (GrantRefused refused) {
        status = refused.status();
      }
      assertThat(status).isEqualTo(expected);
      assertThat(guest.table.activeMappings()).isZero();
      int inUse = GrantEntry.READING | GrantEntry.WRITING;
      assertThat(GrantEntry.readHeader(guest.memory, Granter.entry(1)) & ~inUse)
          .as("only our two bits were touched")
          .isEqualTo(written & ~inUse);
    }
  }

  private static GrantStatus expected(int flags, int domid, int gfn, Access access) {
    if ((flags & 3) != 1) {
      return GrantStatus.BAD_GNTREF;
    }
    if (domid != 0 || ((flags & 4) != 0 && access == Access.READ_WRITE)) {
      return GrantStatus.PERMISSION_DENIED;
    }
    return gfn >= 0 && gfn < Granter.PAGES ? GrantStatus.OKAY : GrantStatus.BAD_PAGE;
  }

  /** Maps, unmaps, regrants, revokes and scribbles in any order: counts and pins stay right. */
  @Property(tries = 500)
  void mappingsStayCountedWhateverTheGuestDoes(
      @ForAll @Size(max = 80) List<@IntRange(max = 8 * 6 * 16 - 1) Integer> steps) {
    try (Granter guest = new Granter()) {
      List<GrantMapping> open = new ArrayList<>();
      for (int step : steps) {
        int gref = step & 7;
        int gfn = step / 48 & 15;
        switch (step / 8 % 6) {
          case 0 -> guest.grant(gref, Domid.DOM0, gfn, 0);
          case 1 -> tryMap(guest, gref, Access.READ_ONLY, open);
          case 2 -> tryMap(guest, gref, Access.READ_WRITE, open);
          case 3 -> {
            if (!open.isEmpty()) {
              open.remove(step % open.size()).close();
            }
          }
          case 4 -> guest.endAccess(gref);
          default -> guest.memory.putLong(Granter.entry(gref), 0x0000_0003_0004_0001L * gfn);
        }
        assertThat(guest.table.activeMappings()).isEqualTo(open.size());
        for (GrantMapping mapping : open) {
          assertThat(guest.table.whenUnpinned(mapping.page().gfn(), mfn -> {}))
              .as("a mapped page is pinned")
              .isFalse();
        }
      }
      open.forEach(GrantMapping::close);
      assertThat(guest.table.activeMappings()).isZero();
      for (int page = 0; page < Granter.PAGES; page++) {
        assertThat(guest.table.whenUnpinned(page, mfn -> {})).as("all unpinned").isTrue();
      }
    }
  }

  private static void tryMap(Granter guest, int gref, Access access, List<GrantMapping> open) {
    try {
      open.add(guest.access().map(gref, access));
    } catch (GrantRefused refused) {
      assertThat(refused.status()).isNotEqualTo(GrantStatus.OKAY);
    }
  }
}
