package io.xengarden.cli.garden;

import java.io.PrintStream;

/** Help for our own commands. */
public final class GardenHelp {
  private GardenHelp() {}

  /** From the jar's manifest; "development" when run from class files. */
  public static String version() {
    String version = GardenHelp.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  /** What there is. */
  public static void all(PrintStream out) {
    out.print(
        """
        Usage: xengarden [--dir DIR] [-H HOST] [-o table|json] COMMAND ...

        A Xen cluster on this machine: emulated hosts, each with a hypervisor, a dom0 and
        paravirtual guests.

          up [--hosts N] [--cpus C] [--memory SIZE]   start a cluster
          down                                        end it
          hosts                                       list its hosts
          host kill|stop|cont|start HOST              a host's process: SIGKILL, SIGSTOP, ...
          list                                        list the cluster's domains
          forget UUID                                 say that a lost domain is dead
          run DOMAIN -- CMD ...                       run a command in a guest's shell
          events [--follow]                           what happened on the hosts
          capabilities                                what hosts and this program can do
          demo [--keep]                               see it work, in a minute
          xl ...                                      Xen's xl
          xm ...                                      Xen's older xm

        Options:
          --dir DIR     the cluster's files (default ~/.xengarden/default, or $XENGARDEN_DIR)
          -H HOST       the host to talk to (default: the one that has the named domain,
                        else host1; or $XENGARDEN_HOST)
          -o FORMAT     table or json
          --help        this; `xengarden COMMAND --help' tells of one command
          --version     the version

        A first walk:
          xengarden up
          xengarden xl create /dev/null 'name="web"' memory=64 'kernel="builtin:pebble"'
          xengarden xl list
          xengarden run web -- uname -a
          xengarden xl console web        (leave with Ctrl-])
          xengarden down
        """);
  }

  /** One command's help; a word that is none gets the whole. */
  public static void command(PrintStream out, String command) {
    switch (command) {
      case "up" -> out.print(UP);
      case "down" -> out.print(DOWN);
      case "hosts" -> out.print(HOSTS);
      case "host" -> out.print(HOST);
      case "list" -> out.print(LIST);
      case "forget" -> out.print(FORGET);
      case "run" -> out.print(RUN);
      case "events" -> out.print(EVENTS);
      case "capabilities" -> out.print(CAPABILITIES);
      case "demo" -> out.print(DEMO);
      default -> all(out);
    }
  }

  private static final String UP =
      """
      Usage: xengarden up [--hosts N] [--cpus C] [--memory SIZE] [--in-process] [--chaos]

      Starts the array, which the hosts share, and N hosts, one process each. Returns when every
      host is Up in the eyes of every other.

        --hosts N       how many hosts: host1 ... hostN (default 1)
        --cpus C        emulated pCPUs of each (default 8)
        --memory SIZE   memory of each: a number and b, k, m, g or t; MiB without (default 16g)
        --in-process    the array and all hosts in one process
        --chaos         not in this build yet: hosts refuse it

      gRPC ports are 7650 for the array and 7651, 7652, ... for the hosts; when one is in use,
      another is taken. Logs are in DIR/hostN/daemon.log and DIR/array/daemon.log.
      """;

  private static final String DOWN =
      """
      Usage: xengarden down

      Ends every host, then the array. Domains that run are destroyed. Does nothing when no
      cluster is up.
      """;

  private static final String HOSTS =
      """
      Usage: xengarden hosts [-o table|json]

      Lists the hosts as the others see them: Up, Unreachable (it does not answer, but its process
      is there) or Down. The count of domains leaves out Domain-0.
      """;

  private static final String HOST =
      """
      Usage: xengarden host kill|stop|cont|start HOST

      HOST is host1, host2, ... or array.

        kill    end the process at once, as a power failure would (SIGKILL)
        stop    freeze it (SIGSTOP)
        cont    let it go on (SIGCONT)
        start   start it again after it ended
      """;

  private static final String LIST =
      """
      Usage: xengarden list [-o table|json]

      Lists the domains of the whole cluster and which host owns each. A domain whose owner is
      not Up is lost: nobody can say whether it runs.
      """;

  private static final String FORGET =
      """
      Usage: xengarden forget UUID

      Says that a lost domain is dead: its uuid may be used again. Should its host come back
      with the domain still running, it is destroyed there. Refused while its owner is Up.
      """;

  private static final String RUN =
      """
      Usage: xengarden run DOMAIN -- CMD ...

      Runs CMD in the guest's shell over its console, prints what it prints, and exits with
      its status. 127: no such command in the guest. 124: no prompt within 30 seconds.
      125: it could not be run, or the domain went away meanwhile. Ctrl-C sends ^C to it.
      """;

  private static final String EVENTS =
      """
      Usage: xengarden events [--follow] [-o table|json]

      Prints every change of state since the hosts started; -o json prints one object a line.

        --follow    go on with those that come
      """;

  private static final String CAPABILITIES =
      """
      Usage: xengarden capabilities [-o table|json]

      Prints what the host can run and which commands of each dialect this build has.
      """;

  private static final String DEMO =
      """
      Usage: xengarden demo [--keep]

      Brings up a host in a directory of its own, creates a guest with a disk, talks to it,
      checks its disk, reboots and destroys it, and takes all down again. Every step is
      checked; the exit code is 0 only if all held.

        --keep    leave the host up and the guest running
      """;
}
