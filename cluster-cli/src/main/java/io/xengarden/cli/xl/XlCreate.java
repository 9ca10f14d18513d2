package io.xengarden.cli.xl;

import io.xengarden.cli.command.CommandFailed;
import io.xengarden.cli.command.ConfigFile;
import io.xengarden.cli.config.ConfigError;
import io.xengarden.cli.config.ConfigSettings;
import io.xengarden.cli.config.Dialect;
import io.xengarden.cli.config.DomainConfigReader;
import io.xengarden.cli.console.ConsoleSession;
import io.xengarden.cli.console.EscapeKey;
import io.xengarden.cli.text.Getopt;
import io.xengarden.cli.toolstack.HostConnection;
import io.xengarden.cli.toolstack.Target;
import io.xengarden.cli.toolstack.ToolstackFailure;
import io.xengarden.cli.xl.Invocation.HelpShown;
import io.xengarden.proto.v1.CreateDomainRequest;
import io.xengarden.proto.v1.DomainConfig;
import io.xengarden.proto.v1.UnpauseDomainRequest;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code xl create}: the configuration is read here, the domain is built by the host. */
final class XlCreate {
  /** libxl's ERROR_FAIL, positive: what an unreadable file exits with. */
  private static final int ERROR_FAIL = 3;

  private final Invocation call;
  private final PrintStream err;

  XlCreate(Invocation call) {
    this.call = call;
    this.err = call.streams().err();
  }

  int run() throws CommandFailed, HelpShown, ToolstackFailure {
    Getopt.Parsed parsed =
        call.parse(
            "pcdeVAFnqf:",
            Map.of(
                "defconfig", 'f',
                "dryrun", 'n',
                "quiet", 'q',
                "paused", 'p',
                "foreground", 'F',
                "vncviewer", 'V',
                "vncviewer-autopass", 'A'));
    refuseUnbuilt(parsed);
    List<String> overrides = new ArrayList<>();
    String file = parsed.value('f');
    for (String operand : parsed.operands()) {
      if (operand.indexOf('=') >= 0) {
        overrides.add(operand);
      } else if (file == null) {
        file = operand;
      } else {
        throw call.showHelp(Invocation.USAGE);
      }
    }
    if (file == null && overrides.isEmpty()) {
      throw call.showHelp(Invocation.USAGE);
    }
    return create(parsed, configuration(file, overrides, parsed.has('q')));
  }

  private static void refuseUnbuilt(Getopt.Parsed parsed) throws CommandFailed {
    for (char letter : "eVA".toCharArray()) {
      if (parsed.has(letter)) {
        throw new CommandFailed(1, "xl create -" + letter + ": not in this build yet");
      }
    }
  }

  private DomainConfig configuration(String file, List<String> overrides, boolean quiet)
      throws CommandFailed {
    ConfigSettings settings = new ConfigSettings();
    try {
      if (file != null) {
        String text = readFile(file);
        if (!quiet) {
          err.println("Parsing config from " + file);
        }
        Dialect.XL.parse(file, text, settings);
      }
      Dialect.XL.parse("command line", String.join("\n", overrides), settings);
      DomainConfigReader.Result result =
          DomainConfigReader.read(settings, Dialect.XL, call.streams().directory());
      result.warnings().forEach(err::println);
      return result.config();
    } catch (ConfigError e) {
      throw new CommandFailed(1, e.getMessage());
    }
  }

  private String readFile(String file) throws CommandFailed {
    try {
      return ConfigFile.read(call.streams().directory(), file);
    } catch (IOException e) {
      throw new CommandFailed(
          ERROR_FAIL, "Failed to read config file: " + file + ": " + e.getMessage());
    }
  }

  private int create(Getopt.Parsed parsed, DomainConfig config)
      throws CommandFailed, ToolstackFailure {
    if (parsed.has('d')) {
      err.println(XlJson.configuration(-1, config).pretty());
    }
    boolean console = parsed.has('c');
    CreateDomainRequest request =
        CreateDomainRequest.newBuilder()
            .setConfig(config)
            .setPaused(parsed.has('p') || console)
            .setDryRun(parsed.has('n'))
            .build();
    HostConnection host = call.session().hosts().standard();
    Target created = new Target(host, send(host, request));
    if (parsed.has('n')) {
      call.streams().out().println(XlJson.configuration(-1, config).pretty());
    } else if (console) {
      new ConsoleSession(call.streams(), EscapeKey.STANDARD)
          .attach(created, () -> unpause(created, parsed.has('p')));
    }
    return 0;
  }

  private static int send(HostConnection host, CreateDomainRequest request)
      throws CommandFailed, ToolstackFailure {
    try {
      return host.call(HostConnection.CREATE_SECONDS, stub -> stub.createDomain(request))
          .getDomain()
          .getDomid();
    } catch (ToolstackFailure e) {
      if (e.isUnreachable()) {
        throw e;
      }
      throw new CommandFailed(e.libxlError(), Xl.words(e));
    }
  }

  private static void unpause(Target target, boolean stayPaused) throws ToolstackFailure {
    if (!stayPaused) {
      UnpauseDomainRequest request =
          UnpauseDomainRequest.newBuilder().setDomain(target.selector()).build();
      target.host().call(stub -> stub.unpauseDomain(request));
    }
  }
}
