package io.xengarden.node.toolstack;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.Domid;
import io.xengarden.domain.KernelImages;
import io.xengarden.domain.builder.BuiltDomain;
import io.xengarden.node.simulated.ScriptedKernel;
import io.xengarden.proto.v1.DiskConfig;
import io.xengarden.proto.v1.DomainConfig;
import io.xengarden.xenstore.StoreOp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** xen.md §3.3, §4.2 and §4.4 node by node: value and permissions. */
class DomainNodesTest {
  private static final Domid DOMID = Domid.of(7);

  private final DomainPlan plan = plan();
  private final DomainNodes nodes = new DomainNodes(DOMID, plan);

  private static DomainPlan plan() {
    DomainConfig config =
        DomainConfig.newBuilder()
            .setName("web")
            .setUuid("2b1cf1b0-7a1f-4d52-9f35-0123456789ab")
            .setMemoryKib(64 << 10)
            .setMaxMemoryKib(128 << 10)
            .setVcpus(1)
            .setMaxVcpus(2)
            .setKernel(ScriptedKernel.NAME)
            .setCmdline("root=/dev/xvda quiet")
            .addDisks(DiskConfig.newBuilder().setTarget("/srv/web.img").setVdev("xvda"))
            .addDisks(
                DiskConfig.newBuilder().setTarget("/srv/cd.iso").setVdev("hdc").setCdrom(true))
            .build();
    try {
      return new ConfigCheck(KernelImages.of(new ScriptedKernel()), new SplittableRandom(1))
          .check(config);
    } catch (ConfigCheck.Refused e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void theSkeletonIsLibxls() {
    assertThat(told(nodes.skeleton()))
        .containsExactlyInAnyOrder(
            """
            /local/domain/7 = "" n0 r7
            /local/domain/7/vm = "/vm/2b1cf1b0-7a1f-4d52-9f35-0123456789ab" n0 r7
            /local/domain/7/name = "web" n0 r7
            /local/domain/7/cpu = "" n0 r7
            /local/domain/7/memory = "" n0 r7
            /local/domain/7/device = "" n0 r7
            /local/domain/7/control = "" n0 r7
            /local/domain/7/device/suspend = "" n7
            /local/domain/7/device/suspend/event-channel = "" n7
            /local/domain/7/control/shutdown = "" n7
            /local/domain/7/control/feature-poweroff = "" n7
            /local/domain/7/control/feature-reboot = "" n7
            /local/domain/7/control/feature-suspend = "" n7
            /local/domain/7/control/sysrq = "" n7
            /local/domain/7/control/platform-feature-multiprocessor-suspend = "1" n0 r7
            /local/domain/7/control/platform-feature-xs_reset_watches = "1" n0 r7
            /local/domain/7/data = "" n7
            /local/domain/7/drivers = "" n7
            /local/domain/7/feature = "" n7
            /local/domain/7/attr = "" n7
            /local/domain/7/error = "" n7
            /vm/2b1cf1b0-7a1f-4d52-9f35-0123456789ab = "" n0 r7
            /vm/2b1cf1b0-7a1f-4d52-9f35-0123456789ab/uuid = "2b1cf1b0-7a1f-4d52-9f35-0123456789ab" n0 r7
            /vm/2b1cf1b0-7a1f-4d52-9f35-0123456789ab/name = "web" n0 r7
            /libxl/7 = "" n0
            /libxl/7/type = "pv" n0
            /libxl/7/device = "" n0
            /libxl/7/dm-version = "qemu_xen" n0
            """
                .split("\n"));
  }

  @Test
  void whatIsKnownOfABuiltDomainIsLibxls() {
    BuiltDomain built = new BuiltDomain(1, 2, 17, 18, List.of());
    assertThat(told(nodes.built(built, Instant.parse("2026-01-01T00:00:05.678Z"))))
        .containsExactlyInAnyOrder(
            """
            /local/domain/7/memory/static-max = "131072" n0 r7
            /local/domain/7/memory/target = "65536" n0 r7
            /local/domain/7/memory/videoram = "0" n0 r7
            /local/domain/7/domid = "7" n0 r7
            /local/domain/7/store = "" n0 r7
            /local/domain/7/store/port = "1" n0 r7
            /local/domain/7/store/ring-ref = "17" n0 r7
            /local/domain/7/cpu/0 = "" n0 r7
            /local/domain/7/cpu/0/availability = "online" n0 r7
            /local/domain/7/cpu/1 = "" n0 r7
            /local/domain/7/cpu/1/availability = "offline" n0 r7
            /vm/2b1cf1b0-7a1f-4d52-9f35-0123456789ab/image = "" n0 r7
            /vm/2b1cf1b0-7a1f-4d52-9f35-0123456789ab/image/ostype = "linux" n0 r7
            /vm/2b1cf1b0-7a1f-4d52-9f35-0123456789ab/image/kernel = "builtin:scripted" n0 r7
            /vm/2b1cf1b0-7a1f-4d52-9f35-0123456789ab/image/cmdline = "root=/dev/xvda quiet" n0 r7
            /vm/2b1cf1b0-7a1f-4d52-9f35-0123456789ab/start_time = "1767225605.67" n0 r7
            /local/domain/7/console = "" n0 r7
            /local/domain/7/console/backend = "/local/domain/0/backend/console/7/0" n0 r7
            /local/domain/7/console/backend-id = "0" n0 r7
            /local/domain/7/console/limit = "1048576" n0 r7
            /local/domain/7/console/type = "xenconsoled" n0 r7
            /local/domain/7/console/output = "pty" n0 r7
            /local/domain/7/console/tty = "" n0 r7
            /local/domain/7/console/port = "2" n0 r7
            /local/domain/7/console/ring-ref = "18" n0 r7
            /local/domain/0/backend/console/7/0 = "" n0 r7
            /local/domain/0/backend/console/7/0/frontend = "/local/domain/7/console" n0 r7
            /local/domain/0/backend/console/7/0/frontend-id = "7" n0 r7
            /local/domain/0/backend/console/7/0/online = "1" n0 r7
            /local/domain/0/backend/console/7/0/state = "1" n0 r7
            /local/domain/0/backend/console/7/0/protocol = "vt100" n0 r7
            /libxl/7/device/console = "" n0
            /libxl/7/device/console/0 = "" n0
            /libxl/7/device/console/0/frontend = "/local/domain/7/console" n0
            /libxl/7/device/console/0/backend = "/local/domain/0/backend/console/7/0" n0
            /libxl/7/device/console/0/frontend-id = "7" n0
            /libxl/7/device/console/0/online = "1" n0
            /libxl/7/device/console/0/state = "1" n0
            /libxl/7/device/console/0/protocol = "vt100" n0
            """
                .split("\n"));
  }

  @Test
  void aDiskHasItsThreeSides() {
    assertThat(told(DiskNodes.of(DOMID, plan.disks().getFirst())))
        .containsExactlyInAnyOrder(
            """
            /local/domain/7/device/vbd/51712 = "" n7 r0
            /local/domain/7/device/vbd/51712/backend = "/local/domain/0/backend/vbd/7/51712" n7 r0
            /local/domain/7/device/vbd/51712/backend-id = "0" n7 r0
            /local/domain/7/device/vbd/51712/state = "1" n7 r0
            /local/domain/7/device/vbd/51712/virtual-device = "51712" n7 r0
            /local/domain/7/device/vbd/51712/device-type = "disk" n7 r0
            /local/domain/7/device/vbd/51712/trusted = "1" n7 r0
            /local/domain/7/device/vbd/51712/protocol = "x86_64-abi" n7 r0
            /local/domain/0/backend/vbd/7/51712 = "" n0 r7
            /local/domain/0/backend/vbd/7/51712/frontend = "/local/domain/7/device/vbd/51712" n0 r7
            /local/domain/0/backend/vbd/7/51712/frontend-id = "7" n0 r7
            /local/domain/0/backend/vbd/7/51712/online = "1" n0 r7
            /local/domain/0/backend/vbd/7/51712/state = "1" n0 r7
            /local/domain/0/backend/vbd/7/51712/params = "/srv/web.img" n0 r7
            /local/domain/0/backend/vbd/7/51712/script = "/etc/xen/scripts/block" n0 r7
            /local/domain/0/backend/vbd/7/51712/type = "phy" n0 r7
            /local/domain/0/backend/vbd/7/51712/dev = "xvda" n0 r7
            /local/domain/0/backend/vbd/7/51712/mode = "w" n0 r7
            /local/domain/0/backend/vbd/7/51712/device-type = "disk" n0 r7
            /local/domain/0/backend/vbd/7/51712/removable = "0" n0 r7
            /local/domain/0/backend/vbd/7/51712/bootable = "1" n0 r7
            /local/domain/0/backend/vbd/7/51712/discard-enable = "0" n0 r7
            /local/domain/0/backend/vbd/7/51712/specification = "xen" n0 r7
            /libxl/7/device/vbd = "" n0
            /libxl/7/device/vbd/51712 = "" n0
            /libxl/7/device/vbd/51712/frontend = "/local/domain/7/device/vbd/51712" n0
            /libxl/7/device/vbd/51712/backend = "/local/domain/0/backend/vbd/7/51712" n0
            /libxl/7/device/vbd/51712/frontend-id = "7" n0
            /libxl/7/device/vbd/51712/online = "1" n0
            /libxl/7/device/vbd/51712/state = "1" n0
            /libxl/7/device/vbd/51712/params = "/srv/web.img" n0
            /libxl/7/device/vbd/51712/script = "/etc/xen/scripts/block" n0
            /libxl/7/device/vbd/51712/type = "phy" n0
            /libxl/7/device/vbd/51712/dev = "xvda" n0
            /libxl/7/device/vbd/51712/mode = "w" n0
            /libxl/7/device/vbd/51712/device-type = "disk" n0
            /libxl/7/device/vbd/51712/removable = "0" n0
            /libxl/7/device/vbd/51712/bootable = "1" n0
            /libxl/7/device/vbd/51712/discard-enable = "0" n0
            /libxl/7/device/vbd/51712/specification = "xen" n0
            """
                .split("\n"));
  }

  @Test
  void aCdromIsReadOnlyAndRemovable() {
    assertThat(told(DiskNodes.of(DOMID, plan.disks().getLast())))
        .contains(
            "/local/domain/7/device/vbd/5632/device-type = \"cdrom\" n7 r0",
            "/local/domain/0/backend/vbd/7/5632/mode = \"r\" n0 r7",
            "/local/domain/0/backend/vbd/7/5632/removable = \"1\" n0 r7");
  }

  /** Each node as it is after the operations; one whose permissions are not set shows none. */
  private static List<String> told(List<StoreOp> ops) {
    List<String> told = new ArrayList<>();
    for (int i = 0; i < ops.size(); i++) {
      String value =
          switch (ops.get(i)) {
            case StoreOp.Write(_, var text) -> text;
            case StoreOp.Mkdir _ -> "";
            default -> null;
          };
      if (value != null) {
        told.add("%s = \"%s\" %s".formatted(ops.get(i).path(), value, permissions(ops, i)));
      }
    }
    return told;
  }

  private static String permissions(List<StoreOp> ops, int written) {
    return Stream.of(ops.get(written + 1))
        .filter(StoreOp.SetPerms.class::isInstance)
        .map(StoreOp.SetPerms.class::cast)
        .filter(set -> set.path().equals(ops.get(written).path()))
        .map(set -> set.permissions().toString())
        .findFirst()
        .orElse("-");
  }
}
