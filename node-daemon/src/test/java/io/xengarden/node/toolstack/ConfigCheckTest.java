package io.xengarden.node.toolstack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.xengarden.domain.KernelImages;
import io.xengarden.node.simulated.ScriptedKernel;
import io.xengarden.proto.v1.DiskConfig;
import io.xengarden.proto.v1.DomainConfig;
import io.xengarden.proto.v1.LifecycleAction;
import io.xengarden.proto.v1.ToolstackError;
import io.xengarden.proto.v1.ToolstackError.Reason;
import io.xengarden.storage.BlockImages.Access;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ConfigCheckTest {
  private final ConfigCheck check =
      new ConfigCheck(KernelImages.of(new ScriptedKernel()), new SplittableRandom(1));

  private static DomainConfig.Builder good() {
    return DomainConfig.newBuilder()
        .setName("web")
        .setMemoryKib(64 << 10)
        .setKernel(ScriptedKernel.NAME);
  }

  private static DiskConfig.Builder disk(String vdev) {
    return DiskConfig.newBuilder().setTarget("/srv/" + vdev + ".img").setVdev(vdev);
  }

  @Test
  void whatIsNotSaidIsFilledIn() throws Exception {
    DomainConfig config = check.check(good().setMemoryKib(65_537).build()).config();
    assertThat(config.getUuid()).matches("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab].*");
    assertThat(config.getMemoryKib()).as("whole MiB").isEqualTo(66_560);
    assertThat(config.getMaxMemoryKib()).isEqualTo(66_560);
    assertThat(config.getVcpus()).isEqualTo(1);
    assertThat(config.getMaxVcpus()).isEqualTo(1);
    assertThat(config.getCpuWeight()).isEqualTo(256);
    assertThat(config.getOnPoweroff()).isEqualTo(LifecycleAction.LIFECYCLE_ACTION_DESTROY);
    assertThat(config.getOnReboot()).isEqualTo(LifecycleAction.LIFECYCLE_ACTION_RESTART);
    assertThat(config.getOnCrash()).isEqualTo(LifecycleAction.LIFECYCLE_ACTION_DESTROY);
  }

  @Test
  void disksAreReadWriteUnlessSaidOtherwise() throws Exception {
    DomainPlan plan =
        check.check(
            good()
                .addDisks(disk("xvda"))
                .addDisks(disk("xvdb").setReadOnly(true))
                .addDisks(disk("hdc").setCdrom(true))
                .build());
    assertThat(plan.disks())
        .extracting(VirtualDisk::devid, VirtualDisk::access)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(51712, Access.READ_WRITE),
            org.assertj.core.groups.Tuple.tuple(51728, Access.READ_ONLY),
            org.assertj.core.groups.Tuple.tuple(5632, Access.READ_ONLY));
  }

  @Test
  void whatThisHostCannotDoIsSaidAndTheRestIsDone() throws Exception {
    DomainPlan plan =
        check.check(good().setOnCrash(LifecycleAction.LIFECYCLE_ACTION_COREDUMP_RESTART).build());
    assertThat(plan.warnings()).hasSize(1);
    assertThat(plan.warnings().getFirst()).startsWith("core dumps are not supported");
  }

  private static Arguments bad(String said, Consumer<DomainConfig.Builder> how) {
    return Arguments.of(said, how);
  }

  static Stream<Arguments> badConfigs() {
    return Stream.of(
        bad("Domain name must be specified.", c -> c.clearName()),
        bad("digits only", c -> c.setName("42")),
        bad("only letters", c -> c.setName("a b")),
        bad("only letters", c -> c.setName("a\nb")),
        bad("longer than 128", c -> c.setName("a".repeat(129))),
        bad("host's own", c -> c.setName("Domain-0")),
        bad("no uuid", c -> c.setUuid("1-2-3-4-5")),
        bad("no kernel", c -> c.clearKernel()),
        bad("needs 64 KiB", c -> c.setMemoryKib(0)),
        bad("needs 64 KiB", c -> c.setMemoryKib(-1)),
        bad("over 16 TiB", c -> c.setMemoryKib(Long.MAX_VALUE)),
        bad("over 16 TiB", c -> c.setMaxMemoryKib(Long.MAX_VALUE)),
        bad("less than memory", c -> c.setMaxMemoryKib(1024)),
        bad("vcpus of 33", c -> c.setVcpus(33)),
        bad("vcpus of -1", c -> c.setVcpus(-1)),
        bad("maxvcpus of 33", c -> c.setMaxVcpus(33)),
        bad("maxvcpus < vcpus", c -> c.setVcpus(4).setMaxVcpus(2)),
        bad("cpu_weight of 65536", c -> c.setCpuWeight(65_536)),
        bad("cap of 101", c -> c.setCpuCap(101)),
        bad("cap of -1", c -> c.setCpuCap(-1)),
        bad("command line of 1024", c -> c.setCmdline("x".repeat(1024))),
        bad("control character", c -> c.setCmdline("a\u0000b")),
        bad("ramdisk", c -> c.setRamdisk("/boot/initrd")),
        bad("given twice", c -> c.addDisks(disk("xvda")).addDisks(disk("51712"))),
        bad("no name of a disk", c -> c.addDisks(disk("vda"))),
        bad("no target", c -> c.addDisks(disk("xvda").clearTarget())),
        bad("no absolute path", c -> c.addDisks(disk("xvda").setTarget("web.img"))),
        bad("no absolute path", c -> c.addDisks(disk("xvda").setTarget("/a\nb"))),
        bad("format qcow2", c -> c.addDisks(disk("xvda").setFormat("qcow2"))),
        bad("more than 64 disks", c -> manyDisks(c)));
  }

  private static void manyDisks(DomainConfig.Builder config) {
    for (int i = 0; i <= ConfigCheck.MAX_DISKS; i++) {
      config.addDisks(disk("d" + i));
    }
  }

  @ParameterizedTest
  @MethodSource("badConfigs")
  void whatCannotBeIsRefusedInOneLine(String said, Consumer<DomainConfig.Builder> how) {
    ToolstackError error = refusal(how);
    assertThat(error.getMessage()).contains(said).doesNotContain("\n").hasSizeLessThan(300);
    assertThat(error.getReason()).isEqualTo(Reason.REASON_BAD_CONFIG);
    assertThat(error.getLibxlError()).as("ERROR_INVAL").isEqualTo(6);
  }

  @Test
  void aForeignKernelIsRefusedAsSuch() {
    ToolstackError error = refusal(c -> c.setKernel("/boot/vmlinuz"));
    assertThat(error.getReason()).isEqualTo(Reason.REASON_UNSUPPORTED_KERNEL);
    assertThat(error.getLibxlError()).as("ERROR_FAIL").isEqualTo(3);
    assertThat(error.getMessage()).contains("/boot/vmlinuz");
  }

  private ToolstackError refusal(Consumer<DomainConfig.Builder> how) {
    DomainConfig.Builder config = good();
    how.accept(config);
    return catchThrowableOfType(ConfigCheck.Refused.class, () -> check.check(config.build()))
        .error();
  }
}
