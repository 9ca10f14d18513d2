package io.xengarden.node.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.domain.GuestMode;
import io.xengarden.domain.KernelImages;
import io.xengarden.domain.pebble.PebbleImage;
import io.xengarden.network.BridgesCommand.SetPeers;
import io.xengarden.network.sim.SimulatedOverlay;
import io.xengarden.node.HostSettings;
import io.xengarden.node.console.DomainConsoleCommand.Run;
import io.xengarden.node.console.RunFeed;
import io.xengarden.node.console.ShellCommand;
import io.xengarden.node.simulated.HostSnapshot;
import io.xengarden.node.simulated.Mail;
import io.xengarden.node.simulated.SimulatedFiles;
import io.xengarden.node.simulated.SimulatedHost;
import io.xengarden.node.simulated.SimulatedHost.Options;
import io.xengarden.node.simulated.SimulatedHost.World;
import io.xengarden.node.toolstack.ToolstackCommand.ListNetworkDevices;
import io.xengarden.proto.v1.DomainConfig;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.NetworkDevice;
import io.xengarden.proto.v1.VifConfig;
import io.xengarden.sim.Simulation;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Guests with network interfaces on whole simulated hosts. */
class GuestNetworkTest {
  private static DomainConfig guest(String name, int octet, VifConfig... vifs) {
    return SimulatedHost.config(name)
        .setCmdline("ip=10.0.0." + octet + "/24")
        .addAllVifs(List.of(vifs))
        .build();
  }

  private static DomainConfig guest(String name, int octet) {
    return guest(name, octet, VifConfig.getDefaultInstance());
  }

  @ParameterizedTest
  @EnumSource(GuestMode.class)
  void twoGuestsOnOneHostPingEachOther(GuestMode mode) {
    try (Simulation simulation = new Simulation(7)) {
      SimulatedHost host = SimulatedHost.start(simulation, Options.ordinary().with(mode));
      host.create(guest("web", 1));
      host.create(guest("db", 2));
      host.awaitPrompt("web");
      host.awaitPrompt("db");
      SimulatedHost.Ran ran = host.run("web", "ping -c 5 -i 0.1 10.0.0.2");
      assertThat(ran.output()).contains("5 packets transmitted, 5 received, 0% packet loss");
      assertThat(ran.exitStatus()).isZero();
      assertThat(host.run("db", "ping -c 1 10.0.0.1").exitStatus()).isZero();
      assertThat(host.run("db", "ping -c 1 10.0.0.77").exitStatus()).isEqualTo(1);
      host.stopDomains();
    }
  }

  @Test
  void aDomainsInterfacesAreListed() {
    try (Simulation simulation = new Simulation(7)) {
      SimulatedHost host = SimulatedHost.start(simulation);
      VifConfig given =
          VifConfig.newBuilder().setMac("00:16:3E:00:00:0a").setBridge("xenbr1").build();
      DomainInfo info = host.create(guest("web", 1, VifConfig.getDefaultInstance(), given));
      host.awaitPrompt("web");
      List<NetworkDevice> devices =
          host.done(replyTo -> new ListNetworkDevices(SimulatedHost.named("web"), replyTo));
      assertThat(devices).extracting(NetworkDevice::getDevid).containsExactly(0, 1);
      assertThat(devices).extracting(NetworkDevice::getState).containsOnly(4);
      assertThat(devices.get(0).getMac()).matches("00:16:3e:[0-7][0-9a-f](:[0-9a-f]{2}){2}");
      assertThat(devices.get(1).getMac()).isEqualTo("00:16:3e:00:00:0a");
      String backend = "/local/domain/0/backend/vif/" + info.getDomid() + "/1";
      assertThat(devices.get(1).getBackendPath()).isEqualTo(backend);
      assertThat(host.node(backend + "/vifname")).hasValue("vif" + info.getDomid() + ".1");
      assertThat(host.node(backend + "/bridge")).hasValue("xenbr1");
      assertThat(info.getConfig().getVifs(0).getMac())
          .as("stored, so that a reboot and a move keep it")
          .isEqualTo(devices.get(0).getMac());
      assertThat(host.run("web", "ip link").output()).contains(devices.get(0).getMac());
      host.stopDomains();
    }
  }

  @Test
  void aRebootKeepsTheMac() throws Exception {
    try (Simulation simulation = new Simulation(8)) {
      SimulatedHost host = SimulatedHost.start(simulation);
      DomainInfo before = host.create(guest("web", 1));
      host.awaitPrompt("web");
      Mail<RunFeed> mail = host.mail();
      host.consoleOf("web").tell(new Run(ShellCommand.of(List.of("reboot")), mail.address()));
      host.awaitAsking(
          "it is a new domain",
          () -> host.domain("web").filter(now -> now.getDomid() != before.getDomid()).isPresent());
      assertThat(host.domain("web").orElseThrow().getConfig().getVifsList())
          .isEqualTo(before.getConfig().getVifsList());
      host.stopDomains();
    }
  }

  @Test
  void aDestroyedDomainLeavesNothingBehind() {
    try (Simulation simulation = new Simulation(9)) {
      SimulatedHost host = SimulatedHost.start(simulation);
      HostSnapshot before = host.snapshot();
      host.create(guest("web", 1));
      host.awaitPrompt("web");
      host.destroy("web");
      assertThat(host.snapshot()).isEqualTo(before);
    }
  }

  @Test
  void whatCannotBeIsRefusedInOneLine() {
    try (Simulation simulation = new Simulation(10)) {
      SimulatedHost host = SimulatedHost.start(simulation);
      HostSnapshot before = host.snapshot();
      assertThat(refusal(host, VifConfig.newBuilder().setMac("00:16:3e")))
          .isEqualTo("invalid MAC address '00:16:3e'");
      assertThat(refusal(host, VifConfig.newBuilder().setMac("01:16:3e:00:00:01")))
          .isEqualTo("vif mac='01:16:3e:00:00:01' is not one interface's address");
      assertThat(refusal(host, VifConfig.newBuilder().setBridge("virbr0")))
          .isEqualTo("Could not find bridge device virbr0");
      assertThat(refusal(host, VifConfig.newBuilder().setMtu(20_000))).contains("mtu=20000");
      VifConfig[] nine = new VifConfig[9];
      java.util.Arrays.fill(nine, VifConfig.getDefaultInstance());
      assertThat(host.refusalOf(guest("web", 1, nine)).getMessage())
          .isEqualTo("9 vifs: at most 8 are possible");
      assertThat(host.snapshot()).isEqualTo(before);
    }
  }

  private static String refusal(SimulatedHost host, VifConfig.Builder vif) {
    return host.refusalOf(guest("web", 1, vif.build())).getMessage();
  }

  @Test
  void guestsOnTwoHostsPingEachOtherThroughTheOverlay() {
    try (Simulation simulation = new Simulation(11)) {
      SimulatedOverlay overlay =
          new SimulatedOverlay(simulation::schedule, simulation.random("overlay"));
      SimulatedHost one = host(simulation, overlay, "host1");
      SimulatedHost two = host(simulation, overlay, "host2");
      one.actors().bridges().tell(new SetPeers(List.of("host2")));
      two.actors().bridges().tell(new SetPeers(List.of("host1")));
      one.create(guest("web", 1));
      two.create(guest("db", 2));
      one.awaitPrompt("web");
      two.awaitPrompt("db");
      assertThat(one.run("web", "ping -c 5 -i 0.1 10.0.0.2").output()).contains("5 received");
      overlay.cut("host2", "host1");
      assertThat(one.run("web", "ping -c 1 10.0.0.2").exitStatus()).isEqualTo(1);
      overlay.heal("host2", "host1");
      simulation.run(Duration.ofSeconds(1));
      assertThat(one.run("web", "ping -c 1 10.0.0.2").exitStatus()).isZero();
      one.stopDomains();
      two.stopDomains();
    }
  }

  private static SimulatedHost host(Simulation simulation, SimulatedOverlay overlay, String name) {
    Options options =
        new Options(
            new HostSettings(name, 2, 1024), GuestMode.NORMAL, KernelImages.of(new PebbleImage()));
    World world = World.of(simulation, new SimulatedFiles());
    return SimulatedHost.start(simulation, options, world, PeerLink.of(overlay.link(name)));
  }
}
