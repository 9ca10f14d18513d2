package io.xengarden.node

import io.xengarden.domain.GuestMode
import io.xengarden.node.simulated.{DiskcheckImage, SimulatedHost}
import io.xengarden.node.simulated.SimulatedHost.Options
import io.xengarden.proto.v1.DiskConfig
import io.xengarden.sim.{Seeds, Simulation, SimulationRunner}
import io.xengarden.storage.sim.DiskFaults
import java.time.Duration
import org.scalatest.GivenWhenThen
import org.scalatest.featurespec.AnyFeatureSpec
import scala.jdk.CollectionConverters._

/**
 * The first story of a new user, on one host in simulation: a few seeds in an ordinary build, as many
 * as `-Dxengarden.seeds=200` asks for.
 */
class OneHostSpec extends AnyFeatureSpec with GivenWhenThen {
  import OneHostSpec._

  Feature("One host runs a guest with a disk") {
    Scenario("create, boot, check the disk, list, reboot, destroy") {
      SimulationRunner.over(Seeds.first(3)).run(simulation => story(simulation, GuestMode.NORMAL, slow))
    }

    Scenario("the same for a guest that remembers nothing but its pages and registers") {
      SimulationRunner.over(Seeds.first(3)).run(simulation => story(simulation, GuestMode.AMNESIA, slow))
    }
  }

  Feature("What a guest was told is durable is durable") {
    for (mode <- GuestMode.values())
      Scenario(s"the disk fails and delays, and the power goes, for a guest in mode $mode") {
        SimulationRunner.over(Seeds.first(3)).run(simulation => powerLoss(simulation, mode))
      }
  }

  private def powerLoss(simulation: Simulation, mode: GuestMode): Unit = {
    Given("a guest that writes for ever to a disk on which one operation in fifty fails")
    val host = SimulatedHost.start(simulation, Options.ordinary().`with`(mode))
    val disk = host.createDisk("/srv/web.img", 1 << 20)
    disk.setFaults(slow.withErrorsPerMillion(20000))
    host.create(
      SimulatedHost
        .config("web")
        .setCmdline("run='diskcheck xvda --forever'")
        .addDisks(DiskConfig.newBuilder().setTarget("/srv/web.img").setVdev("xvda"))
        .build()
    )
    host.awaitPrompt("web")
    simulation.run(Duration.ofSeconds(20).plusNanos(simulation.random("moment").nextLong(1000000000L)))

    val log = host.run("web", "dmesg").output()
    val acknowledged = """(\d+) acknowledged""".r.findAllMatchIn(log).map(_.group(1).toLong)
    val last = acknowledged.maxOption.getOrElse(fail("nothing was acknowledged:\n" + log))
    assert(last > disk.sizeBytes() / 4096, "it has been round the disk")

    When("the process dies")
    Then("every record that it has logged as acknowledged is in the image")
    val seen = new DiskcheckImage(disk.read(0, disk.sizeBytes().toInt))
    assert(seen.lostSlots(last).isEmpty)

    When("the power goes")
    disk.crash()

    Then("nothing is torn but what was being overwritten at that moment")
    val durable = new DiskcheckImage(disk.readDurable(0, disk.sizeBytes().toInt))
    assert(durable.lostSlotsBeyondOneBatch(last).isEmpty)
    simulation.record(last)
  }

  private def story(simulation: Simulation, mode: GuestMode, faults: DiskFaults): Unit = {
    Given("a host, and a disk of 8 MiB that is slow now and then")
    val host = SimulatedHost.start(simulation, Options.ordinary().`with`(mode))
    val disk = host.createDisk("/srv/web.img", 8 << 20)
    disk.setFaults(faults)
    val before = host.snapshot()

    When("a domain is created with it")
    val info = host.create(
      SimulatedHost
        .config("web")
        .setVcpus(2)
        .addDisks(DiskConfig.newBuilder().setTarget("/srv/web.img").setVdev("xvda"))
        .build()
    )

    Then("it boots to the prompt of its shell")
    host.awaitPrompt("web")
    assert(host.run("web", "uname").output() == "Pebble\n")

    And("what it is told is durable is on the disk")
    val checked = host.run("web", "diskcheck xvda --records 100")
    assert(checked.output() == "100 records verified, 0 lost\n")
    assert(checked.exitStatus() == 0)
    assert(disk.readDurable(0, 8).sameElements("PEBBLEDC".getBytes), "record 0 lies in slot 0")

    And("it is listed beside Domain-0")
    assert(names(host) == List("Domain-0", "web"))

    When("it reboots")
    host.run("web", "reboot")
    host.awaitAsking("its second life", () => host.domain("web").filter(_.getDomid > info.getDomid).isPresent)

    Then("it is there again under a new domid, with its disk")
    host.awaitPrompt("web")
    assert(host.run("web", "diskcheck xvda --records 10").exitStatus() == 0)

    When("it is destroyed")
    host.destroy("web")

    Then("nothing of it is left")
    assert(host.snapshot() == before)
    simulation.record(host.console("web"))
  }
}

object OneHostSpec {

  /** Up to 20 ms an operation. */
  private val slow = DiskFaults.none().withDelays(Duration.ofNanos(50000), Duration.ofMillis(20))

  private def names(host: SimulatedHost): List[String] =
    host.list().asScala.map(_.getName).toList
}
