package io.xengarden.cli.xm;

import static io.xengarden.cli.toolstack.FakeToolstack.error;
import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.cli.Typed;
import io.xengarden.cli.Typed.Result;
import io.xengarden.proto.v1.CreateDomainRequest;
import io.xengarden.proto.v1.DiskConfig;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.LifecycleAction;
import io.xengarden.proto.v1.ToolstackError.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class XmCreateTest {
  @TempDir Path directory;
  private Typed xen;

  @BeforeEach
  void aHostAndAPythonFile() throws IOException {
    xen = Typed.on(directory, 1);
    Files.writeString(
        directory.resolve("vm.py"),
        """
        vmid = 1
        name = "vm%d" % vmid
        kernel = "builtin:pebble"
        memory = 64
        disk = [ 'file:%s.img,xvda,w!' % name,
                 'phy:vg/swap,xvdb,w' ]
        """);
  }

  @AfterEach
  void close() {
    xen.close();
  }

  private CreateDomainRequest request() {
    return (CreateDomainRequest)
        xen.host().requests.stream()
            .filter(CreateDomainRequest.class::isInstance)
            .findFirst()
            .orElseThrow();
  }

  @Test
  void theFileIsReadAsPythonAndTheDomainNamed() {
    assertThat(xen.run("xm", "create", "vm.py"))
        .isEqualTo(
            new Result(0, "Using config file \"./vm.py\".\nStarted domain vm1 (id=7)\n", ""));
    assertThat(request().getConfig().getDisksList())
        .extracting(DiskConfig::getTarget)
        .containsExactly(directory.resolve("vm1.img").toString(), "/dev/vg/swap");
    assertThat(request().getConfig().getOnCrash())
        .as("xm restarts what crashes, xl destroys it")
        .isEqualTo(LifecycleAction.LIFECYCLE_ACTION_RESTART);
  }

  @Test
  void argumentsWinOverTheFileAndAddDevices() {
    xen.run("xm", "create", "-q", "vm.py", "name=other", "memory=32", "disk=file:/x,xvdc,r");
    assertThat(request().getConfig().getName()).isEqualTo("other");
    assertThat(request().getConfig().getMemoryKib()).isEqualTo(32_768);
    assertThat(request().getConfig().getDisksList())
        .extracting(DiskConfig::getVdev)
        .containsExactly("xvda", "xvdb", "xvdc");
  }

  @Test
  void argumentsAreNamesTheFileMayUse() throws IOException {
    Files.writeString(
        directory.resolve("n.py"), "name = 'vm%d' % vmid\nkernel = 'builtin:pebble'\n");
    assertThat(xen.run("xm", "create", "-q", "n.py", "vmid=12")).isEqualTo(new Result(0, "", ""));
    assertThat(request().getConfig().getName()).isEqualTo("vm12");
    assertThat(xen.run("xm", "create", "-q", "n.py").err())
        .isEqualTo("Error: ./n.py:1:17: name `vmid' is not defined\n");
  }

  @Test
  void aDryRunPrintsTheSExpression() {
    Result result = xen.run("xm", "create", "-n", "vm.py");
    assertThat(result.out())
        .startsWith("Using config file \"./vm.py\".\n(vm\n    (name vm1)\n    (memory 64)\n");
    assertThat(request().getDryRun()).isTrue();
  }

  @Test
  void aMissingFileIsOneClearLine() {
    assertThat(xen.run("xm", "create", "nope"))
        .isEqualTo(new Result(1, "", "Error: Unable to open config file: nope\n"));
    assertThat(xen.run("xm", "create", "/nope").err())
        .isEqualTo("Error: Unable to open config file: /nope: No such file or directory\n");
  }

  @Test
  void aNameInUseSaysByWhom() {
    xen.host().domains.add(DomainInfo.newBuilder().setDomid(5).setName("vm1").build());
    xen.host().refusal = error(Reason.REASON_NAME_IN_USE, 6, "name in use");
    assertThat(xen.run("xm", "create", "-q", "vm.py"))
        .isEqualTo(new Result(1, "", "Error: VM name 'vm1' already exists as domain 5\n"));
  }
}
