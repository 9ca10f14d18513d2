package io.xengarden.cli

import io.xengarden.cli.cluster.HostProcess
import org.scalatest.{BeforeAndAfterAll, GivenWhenThen}
import org.scalatest.featurespec.AnyFeatureSpec

/** One host and one guest, from `up` to `down`, as a new user meets them: all are processes. */
class OneHostSpec extends AnyFeatureSpec with GivenWhenThen with BeforeAndAfterAll {
  import OneHostSpec._

  private lazy val xengarden = Garden.fresh()
  private lazy val events = xengarden.start("events", "--follow")

  private def xl(arguments: String*): Garden.Done = xengarden("xl" +: arguments: _*)
  private def xm(arguments: String*): Garden.Done = xengarden("xm" +: arguments: _*)
  private def runs(command: String*): Garden.Done = xengarden("run" +: "web" +: "--" +: command: _*)
  private def succeeds(done: Garden.Done): String = {
    assert(done.exitCode == 0, done)
    done.out
  }

  override def beforeAll(): Unit = {
    succeeds(xengarden("up", "--hosts", "1", "--memory", "2g"))
    events.prints("host.up")
    xengarden.image("web.img", 16L << 20)
    xengarden.write("web.cfg", config("web", xengarden.file("web.img").toString))
  }

  override def afterAll(): Unit = {
    events.stop()
    xengarden.close()
  }

  Feature("A guest lives on one host") {
    Scenario("it boots, and both dialects list it in their own bytes") {
      When("a domain is created from a configuration file")
      val created = xl("create", "web.cfg")
      assert(created == Garden.Done(0, "", "Parsing config from web.cfg\n"))
      events.prints("vbd.connected +web \\(1\\)")

      Then("xl list shows it as xl does")
      assert(succeeds(xl("list")).matches(XlHeader + XlDom0 + xlRow("web", 1)))

      And("xm list as xm did")
      assert(succeeds(xm("list")).matches(XmHeader + XmDom0 + xmRow("web", 1)))

      And("its disk is attached")
      assert(succeeds(xl("block-list", "web")).contains("\n51712 0   1      4     "))
    }

    Scenario("its console answers, and Ctrl-] detaches") {
      assume(canOpenTerminals, "script(1) gives a terminal to a command")
      Given("a terminal attached to the console")
      val console = xengarden.startAtTerminal("xl", "console", "web")
      console.types("\r")
      console.prints("pebble# ")

      When("a command is typed")
      console.types("cat /sys/hypervisor/type\r")

      Then("the guest answers, and Ctrl-] ends only the attachment")
      console.prints("\\bxen\\b")
      console.types("\u001d")
      assert(console.exitCode() == 0)
      assert(succeeds(xl("domid", "web")) == "1\n")
    }

    Scenario("its disk keeps what it acknowledged") {
      When("numbered records are written, flushed and read back")
      val check = runs("diskcheck", "xvda")

      Then("none is lost, and the image outside holds them")
      assert(check == Garden.Done(0, "1000 records verified, 0 lost\n", ""))
      assert(java.nio.file.Files.readAllBytes(xengarden.file("web.img")).exists(_ != 0))
    }

    Scenario("a command's exit code comes out of the guest") {
      assert(runs("nosuchprogram").exitCode == 127)
      assert(runs("cat", "/nosuchfile").exitCode == 1)
      assert(runs("echo", "two words").out == "two words\n")
    }

    Scenario("reboot gives a new domain in place of the old one") {
      Given("the boot id of the running guest")
      val before = bootId()

      When("it is rebooted")
      assert(xl("reboot", "web") == Garden.Done(0, "", "Rebooting domain 1\n"))

      Then("it comes back under a new domid, with a new boot id and the same disk")
      events.prints("vbd.connected +web \\(2\\)")
      assert(succeeds(xl("domid", "web")) == "2\n")
      assert(bootId() != before)
      assert(succeeds(runs("diskcheck", "xvda")) == "1000 records verified, 0 lost\n")
    }

    Scenario("pausing holds it, unpausing lets it go on") {
      succeeds(xl("pause", "web"))
      assert(succeeds(xl("list", "web")).matches(XlHeader + xlRow("web", 2, "-[b-]p---")))
      succeeds(xl("unpause", "web"))
      assert(succeeds(runs("echo", "on")) == "on\n")
    }
  }

  Feature("A mistake is one clear line, Xen's exit code, and changes nothing") {
    Scenario("a name that is taken") {
      val again = xl("create", "web.cfg")
      assert(again.exitCode == 3)
      assert(again.err.endsWith("domain with name \"web\" already exists\n"))
      val xmAgain = xm("create", "web.cfg")
      assert(xmAgain.exitCode == 1)
      assert(xmAgain.err == "Error: VM name 'web' already exists as domain 2\n")
      unchanged()
    }

    Scenario("a disk image that does not exist") {
      xengarden.write("missing.cfg", config("missing", "/nosuch/disk.img"))
      val missing = xl("create", "missing.cfg")
      assert(missing.exitCode == 6)
      assert(missing.err.linesIterator.toSeq.last.contains("/nosuch/disk.img: no such file"))
      assert(xm("create", "missing.cfg").exitCode == 1)
      unchanged()
    }

    Scenario("a configuration that cannot be read says file, line and column") {
      xengarden.write("bad.cfg", "name = \"bad\"\nmemory = = 3\n")
      val bad = xl("create", "bad.cfg")
      assert(bad.exitCode == 1)
      assert(bad.err.linesIterator.toSeq.last.startsWith("bad.cfg:2:10: expected "))
      val xmBad = xm("create", "bad.cfg")
      assert(xmBad.exitCode == 1)
      assert(xmBad.err.contains("bad.cfg:2:10: expected "))
      assert(xl("create", "/nosuch.cfg").exitCode == 3)
      unchanged()
    }

    Scenario("more memory than the host has") {
      xengarden.write("big.cfg", "name = \"big\"\nkernel = \"builtin:pebble\"\nmemory = 4096\n")
      val big = xl("create", "big.cfg")
      assert(big.exitCode == 3)
      assert(big.err.endsWith("failed to free memory for the domain: 4096 MiB are not available\n"))
      unchanged()
    }

    Scenario("a domain that nobody has") {
      assert(xl("pause", "nosuch") ==
        Garden.Done(1, "", "nosuch is an invalid domain identifier (rc=-6)\n"))
      assert(xl("list", "99") == Garden.Done(1, "", "Error: Domain '99' does not exist.\n"))
      assert(xm("pause", "nosuch") ==
        Garden.Done(3, "", "Error: Domain 'nosuch' does not exist.\n"))
      assert(xm("list", "99").exitCode == 3)
      assert(xengarden("run", "nosuch", "--", "true").exitCode == 125)
    }
  }

  Feature("The end of a domain, and of a host, is complete and is told") {
    Scenario("destroy leaves nothing") {
      When("the domain is destroyed")
      succeeds(xl("destroy", "web"))

      Then("no list shows it, its memory is free again, and the last event says so")
      assert(succeeds(xl("list")).matches(XlHeader + XlDom0))
      assert(succeeds(xm("list")).matches(XmHeader + XmDom0))
      assert(freeMemory() == EmptyHostMib)
      events.prints("domain.destroyed +web \\(2\\) +nothing is left")
      assert(xl("destroy", "web").exitCode == 1)
      assert(runs("true").exitCode == 125)
    }

    Scenario("a host that is killed is told from one that is well, and can be started again") {
      Given("a host with a guest")
      succeeds(xl("create", "web.cfg"))

      When("its process ends as in a power failure")
      assert(ProcessHandle.of(field("pid").toLong).get.destroyForcibly())

      Then("each command says that the host is gone, with its dialect's exit code")
      events.exitCode()
      assert(xl("list") == Garden.Done(1, "", "cannot init xl context: host1 is not running\n"))
      assert(xm("list") == Garden.Done(1, "",
        "Error: Unable to connect to xend: host1 is not running. Is xend running?\n"))
      assert(runs("true").exitCode == 125)
      assert(xengarden("events").exitCode == 1)
      assert(field("state") == "Down")

      And("started again, it is empty, and the guest can be created anew")
      succeeds(xengarden("host", "start", "host1"))
      assert(succeeds(xl("list")).matches(XlHeader + XlDom0))
      succeeds(xl("create", "web.cfg"))
      assert(succeeds(runs("diskcheck", "xvda")) == "1000 records verified, 0 lost\n")
    }

    Scenario("down ends every process, and says so when there is none") {
      val daemon = HostProcess.of(field("pid").toLong)
      succeeds(xengarden("down"))
      assert(!daemon.isAlive)
      val list = xl("list")
      assert(list.exitCode == 1)
      assert(list.err.startsWith("cannot init xl context: no cluster is up in "))
      assert(xengarden("down").exitCode == 0)
    }
  }

  private def bootId(): String = {
    val id = succeeds(runs("cat", "/proc/sys/kernel/random/boot_id"))
    assert(id.matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\n"))
    id
  }

  /** Of host1, from the JSON that scripts read. */
  private def field(name: String): String = {
    val json = succeeds(xengarden("-o", "json", "hosts"))
    ("\"" + name + "\" *: *\"?([^\",}\\n]+)").r.findFirstMatchIn(json).get.group(1)
  }

  private def freeMemory(): Int = field("freeMiB").toInt

  /** The guest of the first feature is all there is; nobody else's memory is taken. */
  private def unchanged(): Unit = {
    assert(succeeds(xl("list")).matches(XlHeader + XlDom0 + xlRow("web", 2)))
    assert(freeMemory() == EmptyHostMib - GuestMib - OverheadMib)
  }
}

object OneHostSpec {
  private val GuestMib = 128
  private val Dom0Mib = 512

  /** The guest's shared_info and grant frames, rounded up. */
  private val OverheadMib = 1
  private val EmptyHostMib = 2048 - Dom0Mib

  private def config(name: String, disk: String): String =
    s"""name   = "$name"
       |kernel = "builtin:pebble"
       |memory = $GuestMib
       |vcpus  = 2
       |disk   = [ "file:$disk,xvda,w" ]
       |color  = "green"   # no such key: ignored, as xl does
       |""".stripMargin

  /** `%8.1f` */
  private val Time = "(?=.{8}\n) *[0-9]+\\.[0-9]\n"
  private val States = "[r-][b-]----"
  private val XlHeader =
    "Name                                        ID   Mem VCPUs\tState\tTime\\(s\\)\n"
  private val XmHeader =
    "Name                                        ID   Mem VCPUs      State   Time\\(s\\)\n"
  private val XlDom0 =
    s"Domain-0                                     0   512     8     r-----  $Time"
  private val XmDom0 =
    s"Domain-0                                     0   512     8     r----- $Time"

  private def xlRow(name: String, domid: Int, state: String = States): String =
    f"$name%-40s $domid%5d $GuestMib%5d     2     $state  $Time"

  private def xmRow(name: String, domid: Int): String =
    f"$name%-40s $domid%5d $GuestMib%5d     2     $States $Time"

  private def canOpenTerminals: Boolean = {
    val found = System.getenv("PATH").split(':').exists(new java.io.File(_, "script").canExecute)
    found || System.getenv("XENGARDEN_CI") == "1"
  }
}
