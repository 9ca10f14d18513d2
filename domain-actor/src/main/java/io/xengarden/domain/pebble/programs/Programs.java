package io.xengarden.domain.pebble.programs;

import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Scheduler;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.programs.file.Files;
import io.xengarden.domain.pebble.programs.net.Ip;
import io.xengarden.domain.pebble.programs.operand.Arguments;
import java.util.List;
import java.util.Optional;

/** The table of commands, and how one is started. */
public final class Programs {
  private static final List<Program> ALL =
      List.of(
          text("help", "[COMMAND]", "list the commands", TextPrograms::help),
          routine("echo", "[-n] [WORD...]", "print words", Entry.ECHO),
          text("uname", "[-amnrsv]", "print what system this is", TextPrograms::uname),
          text("uptime", "", "print how long the system has been up", TextPrograms::uptime),
          text("free", "[-k|-m|-g|-h]", "print memory in use", TextPrograms::free),
          routine("cat", "FILE...", "print files", Entry.CAT),
          text("ls", "[PATH]", "list files", Files::list),
          routine("dmesg", "", "print the kernel log", Entry.DMESG),
          text("lsdev", "", "list devices", TextPrograms::lsdev),
          routine("counter", "", "count seconds", Entry.COUNTER),
          routine(
              "dd",
              "[if=FILE] [of=FILE] [bs=N] [count=N] [skip=N] [seek=N]",
              "copy blocks",
              Entry.DD),
          routine("sha256", "DEV|FILE", "print a SHA-256 digest", Entry.SHA256),
          routine(
              "diskcheck",
              "DEV [--records N] [--forever]",
              "write, flush, verify",
              Entry.DISKCHECK),
          routine(
              "diskbench",
              "DEV read|write|randread|randwrite [--depth D] [--bs N] [--seconds S]",
              "measure a disk",
              Entry.DISKBENCH),
          routine("ping", "[-c COUNT] [-i SECONDS] [-q] HOST", "ask a host to answer", Entry.PING),
          text("ip", "addr|link [show|add|del]", "show and set addresses", Ip::run),
          routine("fill", "SIZE", "fill memory with random data", Entry.FILL),
          routine("dirty", "MIB_PER_SECOND [--over SIZE]", "write to memory steadily", Entry.DIRTY),
          routine("burn", "[SECONDS]", "use CPU time", Entry.BURN),
          routine("sleep", "SECONDS", "wait", Entry.SLEEP),
          routine("true", "", "succeed", Entry.STATUS),
          routine("false", "", "fail", Entry.STATUS),
          text("jobs", "", "list jobs in the background", TextPrograms::jobs),
          routine("kill", "PID...", "end jobs", Entry.KILL),
          routine("poweroff", "", "shut down", Entry.POWER),
          routine("halt", "", "shut down", Entry.POWER),
          routine("reboot", "", "shut down and start again", Entry.POWER),
          routine("crash", "", "crash the kernel", Entry.POWER));

  private Programs() {}

  private static Program routine(String name, String operands, String summary, int entry) {
    return new Program(name, operands, summary, entry, null);
  }

  private static Program text(String name, String operands, String summary, Program.Text text) {
    return new Program(name, operands, summary, Entry.LINES, text);
  }

  static List<Program> all() {
    return ALL;
  }

  static Optional<Program> find(String name) {
    return ALL.stream().filter(program -> program.name().equals(name)).findFirst();
  }

  public static boolean exists(String name) {
    return find(name).isPresent();
  }

  /**
   * Starts a command that exists.
   *
   * @param flags of the new task: {@code Task.BACKGROUND} or 0
   * @param parent the task that will wait for it, or 0
   * @return null when there is no room for another task, or for so many arguments
   */
  public static Task start(Vcpu v, List<String> words, int flags, long parent) {
    Program program = find(words.getFirst()).orElseThrow();
    boolean help = words.size() > 1 && words.get(1).equals("--help");
    int entry = help ? Entry.LINES : program.entry();
    return Scheduler.spawn(
        v,
        new Scheduler.Spawn(entry, program.name(), flags, parent),
        task -> Arguments.store(v.memory(), task, words));
  }
}
