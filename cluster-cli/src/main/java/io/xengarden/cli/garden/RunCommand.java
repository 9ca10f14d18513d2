package io.xengarden.cli.garden;

import io.grpc.Context;
import io.xengarden.cli.command.CommandFailed;
import io.xengarden.cli.command.Session;
import io.xengarden.cli.toolstack.Target;
import io.xengarden.cli.toolstack.ToolstackFailure;
import io.xengarden.proto.v1.RunCommandOutput;
import io.xengarden.proto.v1.RunCommandRequest;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * An adapter: {@code run}. When this process is told to end, the call is cancelled, which sends ^C
 * to the guest, before the process goes.
 */
final class RunCommand {
  /** The command could not be run, or its domain went away: as env(1) and docker have it. */
  static final int CANNOT_RUN = 125;

  /** As the protocol allows. */
  private static final int MAX_COMMAND_BYTES = 512;

  private final Session session;
  private int exitStatus = -1;

  RunCommand(Session session) {
    this.session = session;
  }

  int run(String domain, List<String> command) throws CommandFailed {
    String line = String.join(" ", command);
    if (line.getBytes(StandardCharsets.UTF_8).length > MAX_COMMAND_BYTES
        || line.chars().anyMatch(c -> c < ' ')) {
      throw new CommandFailed(
          CANNOT_RUN, "the command must be one line of at most " + MAX_COMMAND_BYTES + " bytes");
    }
    Context.CancellableContext context = Context.current().withCancellation();
    Thread onExit = new Thread(() -> cancel(context));
    Runtime.getRuntime().addShutdownHook(onExit);
    Context previous = context.attach();
    try {
      call(session.hosts().find(domain), command);
    } catch (ToolstackFailure e) {
      throw new CommandFailed(CANNOT_RUN, e.getMessage());
    } finally {
      context.detach(previous);
      forget(onExit);
    }
    if (exitStatus < 0) {
      throw new CommandFailed(CANNOT_RUN, "domain " + domain + " went away");
    }
    return exitStatus;
  }

  private void call(Target target, List<String> command) throws ToolstackFailure {
    RunCommandRequest request =
        RunCommandRequest.newBuilder().setDomain(target.selector()).addAllCommand(command).build();
    target.host().stream(0, stub -> stub.runCommand(request), this::take);
  }

  private void take(RunCommandOutput output) {
    if (output.hasExitStatus()) {
      exitStatus = output.getExitStatus() & 0xff;
      return;
    }
    PrintStream out = session.streams().out();
    byte[] bytes = output.getData().toByteArray();
    out.write(bytes, 0, bytes.length);
    out.flush();
  }

  private void cancel(Context.CancellableContext context) {
    context.cancel(null);
    session.close();
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException alreadyEnding) {
      // The hook is what ended the call.
    }
  }
}
