package io.xengarden.node.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.luben.zstd.ZstdInputStream;
import io.xengarden.abi.StartInfo;
import io.xengarden.abi.VcpuContext;
import io.xengarden.machine.Memory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** The image that Xen 4.17's own xl saved of a Linux with 96 MiB is read to the last record. */
@EnabledIfEnvironmentVariable(
    named = "XENGARDEN_FIXTURES",
    matches = ".+",
    disabledReason = "XENGARDEN_FIXTURES does not name the folder of linux-domu-96m.xlsave.zst")
class RealImageTest {
  private static final long FRAMES = 0x6000;
  private static final long START_INFO = 0x3e00;

  private static List<ImageEvent> events;
  private static Pages pages;
  private static GuestState state;
  private static long bytes;

  /** Hashes pages in the order of the stream and keeps the one that is looked into. */
  private static final class Pages implements PageSink {
    final TreeMap<PageType, Integer> types = new TreeMap<>();
    final ByteBuffer page = ByteBuffer.allocate(Memory.PAGE_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    final MessageDigest sha256;
    long next;
    byte[] startInfo;
    PageType typeOfCr3;
    private final long cr3Pfn;

    Pages(long cr3Pfn) throws NoSuchAlgorithmException {
      this.cr3Pfn = cr3Pfn;
      sha256 = MessageDigest.getInstance("SHA-256");
    }

    @Override
    public ByteBuffer page(long gfn, PageType type) {
      assertThat(gfn).as("a non-live save sends every frame once, in order").isEqualTo(next++);
      types.merge(type, 1, Integer::sum);
      if (gfn == cr3Pfn) {
        typeOfCr3 = type;
      }
      return page.clear();
    }

    @Override
    public void filled(long gfn) {
      sha256.update(page.array());
      if (gfn == START_INFO) {
        startInfo = page.array().clone();
      }
    }

    @Override
    public void withoutContent(long gfn, PageType type) {
      types.merge(type, 1, Integer::sum);
    }
  }

  @BeforeAll
  static void read() throws IOException, ImageRefused, NoSuchAlgorithmException {
    Path image = Path.of(System.getenv("XENGARDEN_FIXTURES")).resolve("linux-domu-96m.xlsave.zst");
    assumeTrue(Files.exists(image), image + " is missing");
    ImageDecoder decoder = ImageDecoder.ofFile(image.toString(), ImageLimits.LARGEST);
    events = new ArrayList<>();
    pages = new Pages(0x2a10);
    decoder.pagesInto(pages);
    byte[] piece = new byte[1_000_003];
    try (InputStream in = new ZstdInputStream(Files.newInputStream(image))) {
      for (int length = in.read(piece); length >= 0; length = in.read(piece)) {
        ByteBuffer input = ByteBuffer.wrap(piece, 0, length);
        ImageEvent event = decoder.next(input);
        for (; !(event instanceof ImageEvent.Starved); event = decoder.next(input)) {
          events.add(event);
        }
      }
    }
    state = decoder.finish();
    bytes = decoder.offset();
  }

  @Test
  void everyRecordIsMet() {
    TreeMap<String, Integer> counts = new TreeMap<>();
    events.forEach(event -> counts.merge(event.getClass().getSimpleName(), 1, Integer::sum));

    assertThat(counts.toString())
        .isEqualTo(
            "{Configuration=1, CpuidPolicy=1, DomainEnd=1, DomainHeader=1, MsrPolicy=1,"
                + " P2mFrames=1, PageData=24, PvInfo=1, SharedInfoPage=1, StaticDataEnd=1,"
                + " StreamEnd=1, Tsc=1, VcpuBasic=1, VcpuBlob=1}");
    assertThat(bytes).as("to the last byte").isEqualTo(100_872_274);
  }

  @Test
  void everyPageIsRead() {
    assertThat(pages.types.toString())
        .isEqualTo(
            "{NOTAB=24412, L1TAB=34, L2TAB=13, L3TAB=73, L1TAB_PINNED=36, L3TAB_PINNED=1,"
                + " L4TAB_PINNED=7}");
    assertThat(pages.types.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(24_576);
    assertThat(HexFormat.of().formatHex(pages.sha256.digest()))
        .as("of all pages, taken from the file by other means")
        .isEqualTo("b6479a1a0f3807e9ec555de46b876869fbd67a26c8d7da925275e5f78d784277");
  }

  @Test
  void theHeadersSayWhoSavedWhat() {
    assertThat(only(ImageEvent.Configuration.class).json())
        .startsWith("{")
        .endsWith("}\n")
        .contains("\"name\": \"linq\"", "\"max_memkb\": 98304");
    assertThat(only(ImageEvent.DomainHeader.class))
        .isEqualTo(new ImageEvent.DomainHeader(3, 4, 17));
    assertThat(only(ImageEvent.PvInfo.class)).isEqualTo(new ImageEvent.PvInfo(8, 4));
    assertThat(only(ImageEvent.CpuidPolicy.class).leaves()).hasSize(51 * 24);
    assertThat(only(ImageEvent.MsrPolicy.class).entries()).hasSize(2 * 16);
  }

  @Test
  void theP2mIsWhereLinuxPutIt() {
    ImageEvent.P2mFrames p2m = only(ImageEvent.P2mFrames.class);

    assertThat(p2m.frames()).isEqualTo(FRAMES);
    assertThat(p2m.p2mPfns()).hasSize(48).startsWith(0x5fb8, 0x5fb4, 0x5fb3).endsWith(0x5f86);
  }

  @Test
  void theVcpuStandsInTheHypercallPage() {
    assertThat(state.vcpus()).extracting(SavedVcpu::id).containsExactly(0);
    VcpuContext vcpu = state.vcpus().getFirst().context();

    assertThat(vcpu.rip).isEqualTo(0xffffffff81a043a5L);
    assertThat(vcpu.rax).as("suspend has been answered").isZero();
    assertThat(vcpu.cs).isEqualTo(VcpuContext.FLAT_KERNEL_CS);
    assertThat(vcpu.ss).isEqualTo(VcpuContext.FLAT_KERNEL_SS);
    assertThat(vcpu.isOnline()).isTrue();
    assertThat(vcpu.cr3() >>> Memory.PAGE_SHIFT).isEqualTo(0x2a10);
    assertThat(pages.typeOfCr3).isEqualTo(PageType.L4TAB_PINNED);
    assertThat(vcpu.eventCallbackEip).isEqualTo(0xffffffff81026130L);
    ImageEvent.VcpuBlob extended = only(ImageEvent.VcpuBlob.class);
    assertThat(extended.record()).isEqualTo(LibxcRecord.X86_PV_VCPU_EXTENDED);
    assertThat(extended.content()).hasSize(64);
  }

  @Test
  void edxLeadsToStartInfo() {
    assertThat(state.startInfoGfn()).isEqualTo(START_INFO);
    assertThat(new String(pages.startInfo, 0, 14, StandardCharsets.US_ASCII))
        .isEqualTo(StartInfo.MAGIC_X86_64);
    assertThat(
            ByteBuffer.wrap(pages.startInfo)
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong(StartInfo.NR_PAGES))
        .isEqualTo(FRAMES);
  }

  @Test
  void theClockIsKnown() {
    assertThat(state.tsc()).isEqualTo(new TscInfo(0, 2_596_141, 8_649_426_884L, 1));
    assertThat(state.sharedInfo()).hasSize(Memory.PAGE_SIZE);
    assertThat(state.sharedInfo()[1]).as("vCPU 0 has its upcalls masked").isEqualTo((byte) 1);
  }

  private static <E extends ImageEvent> E only(Class<E> type) {
    List<E> found = events.stream().filter(type::isInstance).map(type::cast).toList();
    assertThat(found).hasSize(1);
    return found.getFirst();
  }
}
