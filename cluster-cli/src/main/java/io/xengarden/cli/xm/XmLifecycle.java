package io.xengarden.cli.xm;

import io.xengarden.cli.command.CommandFailed;
import io.xengarden.cli.console.ConsoleSession;
import io.xengarden.cli.console.EscapeKey;
import io.xengarden.cli.toolstack.ToolstackFailure;
import io.xengarden.cli.xm.XmCall.WithUsage;
import io.xengarden.proto.v1.DestroyDomainRequest;
import io.xengarden.proto.v1.PauseDomainRequest;
import io.xengarden.proto.v1.ToolstackError;
import io.xengarden.proto.v1.UnpauseDomainRequest;
import java.util.Map;

/** The short commands on one domain. */
final class XmLifecycle {
  private XmLifecycle() {}

  static int pause(XmCall call) throws CommandFailed, WithUsage, ToolstackFailure {
    return act(
        call,
        target -> {
          PauseDomainRequest request =
              PauseDomainRequest.newBuilder().setDomain(target.selector()).build();
          return target.host().call(stub -> stub.pauseDomain(request));
        });
  }

  static int unpause(XmCall call) throws CommandFailed, WithUsage, ToolstackFailure {
    return act(
        call,
        target -> {
          UnpauseDomainRequest request =
              UnpauseDomainRequest.newBuilder().setDomain(target.selector()).build();
          return target.host().call(stub -> stub.unpauseDomain(request));
        });
  }

  static int destroy(XmCall call) throws CommandFailed, WithUsage, ToolstackFailure {
    return act(
        call,
        target -> {
          DestroyDomainRequest request =
              DestroyDomainRequest.newBuilder().setDomain(target.selector()).build();
          return target.host().call(stub -> stub.destroyDomain(request));
        });
  }

  /** dom0 is refused by xend in these words, whatever the command. */
  private static <T> int act(XmCall call, XmCall.OnDomain<T> action)
      throws CommandFailed, WithUsage, ToolstackFailure {
    String domain = call.parse("").operands().getFirst();
    try {
      call.on(domain, action);
      return 0;
    } catch (ToolstackFailure e) {
      if (e.reason() == ToolstackError.Reason.REASON_PRIVILEGED_DOMAIN) {
        throw new WithUsage("Cannot " + call.command().name() + " privileged domain " + domain);
      }
      throw e;
    }
  }

  static int domid(XmCall call) throws CommandFailed, WithUsage, ToolstackFailure {
    String domain = call.parse("").operands().getFirst();
    call.streams().out().println(call.describe(domain).getDomid());
    return 0;
  }

  static int domname(XmCall call) throws CommandFailed, WithUsage, ToolstackFailure {
    String domain = call.parse("").operands().getFirst();
    call.streams().out().println(call.describe(domain).getName());
    return 0;
  }

  static int console(XmCall call) throws CommandFailed, WithUsage, ToolstackFailure {
    String domain = call.parse("qn:", Map.of("quiet", 'q', "num", 'n')).operands().getFirst();
    call.on(
        domain,
        target -> {
          new ConsoleSession(call.streams(), EscapeKey.STANDARD).attach(target, () -> {});
          return true;
        });
    return 0;
  }
}
