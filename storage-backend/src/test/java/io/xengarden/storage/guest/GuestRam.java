package io.xengarden.storage.guest;

import io.xengarden.abi.Domid;
import io.xengarden.abi.GrantEntry;
import io.xengarden.hypervisor.XenDomain;
import io.xengarden.hypervisor.gnttab.GrantAccess;
import io.xengarden.hypervisor.gnttab.GrantTable;
import io.xengarden.machine.GuestMemory;
import io.xengarden.machine.HostMemory;
import io.xengarden.machine.Memory;
import java.util.ArrayDeque;
import java.util.Deque;

/** A guest's pages, and its grant table's first frame mapped above them. */
public final class GuestRam implements AutoCloseable {
  public static final int PAGES = 512;

  private final GuestMemory memory;
  private final GrantTable table;
  private final Runnable end;
  private final long tableAddress;
  private final Deque<Long> freePages = new ArrayDeque<>();
  private final Deque<Integer> freeRefs = new ArrayDeque<>();

  private GuestRam(GuestMemory memory, GrantTable table, long pages, Runnable end) {
    this.memory = memory;
    this.table = table;
    this.end = end;
    this.tableAddress = pages * Memory.PAGE_SIZE;
    memory.map(pages, table.frameMfn(0), 1);
    for (long gfn = 0; gfn < pages; gfn++) {
      freePages.add(gfn);
    }
    for (int ref = GrantEntry.RESERVED_ENTRIES; ref < GrantEntry.ENTRIES_PER_FRAME; ref++) {
      freeRefs.add(ref);
    }
  }

  /** Of a domain that no hypervisor knows. */
  public static GuestRam alone() {
    HostMemory host = HostMemory.ofFrames(PAGES + GrantTable.MAX_FRAMES);
    GuestMemory memory = new GuestMemory(host);
    memory.map(0, 0, PAGES);
    GuestMemory frames = new GuestMemory(host);
    frames.map(0, PAGES, GrantTable.MAX_FRAMES);
    GrantTable table = new GrantTable(Domid.of(1), memory, frames, PAGES);
    return new GuestRam(memory, table, PAGES, host::close);
  }

  public static GuestRam of(XenDomain domain) {
    return new GuestRam(domain.memory(), domain.grants(), domain.pages(), () -> {});
  }

  public GuestMemory memory() {
    return memory;
  }

  /** What dom0 may map. */
  public GrantAccess grantsToDom0() {
    return table.access(Domid.DOM0);
  }

  public int mappings() {
    return table.activeMappings();
  }

  public void kill() {
    table.kill(() -> {});
  }

  /** A page nobody uses: its gfn. */
  public long takePage() {
    return freePages.remove();
  }

  public void givePage(long gfn) {
    freePages.add(gfn);
  }

  /**
   * @param flags 0 or GrantEntry.READONLY
   */
  public int grantToDom0(long gfn, int flags) {
    int ref = freeRefs.remove();
    int header = GrantEntry.header(GrantEntry.PERMIT_ACCESS | flags, Domid.DOM0.value());
    GrantEntry.write(memory, entry(ref), header, (int) gfn);
    return ref;
  }

  /** False, and nothing changed, while dom0 uses it. */
  public boolean endAccess(int ref) {
    boolean ended = GrantEntry.endAccess(memory, entry(ref));
    if (ended) {
      freeRefs.add(ref);
    }
    return ended;
  }

  /** Where the table lies, for a guest that writes nonsense into it. */
  public long entry(int ref) {
    return GrantEntry.at(tableAddress, ref);
  }

  @Override
  public void close() {
    end.run();
  }
}
