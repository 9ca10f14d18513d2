package io.xengarden.cli.xm;

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
import io.xengarden.cli.toolstack.Hosts;
import io.xengarden.cli.toolstack.Target;
import io.xengarden.cli.toolstack.ToolstackFailure;
import io.xengarden.cli.xm.XmCall.WithUsage;
import io.xengarden.proto.v1.CreateDomainRequest;
import io.xengarden.proto.v1.DomainConfig;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.ToolstackError.Reason;
import io.xengarden.proto.v1.UnpauseDomainRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code xm create}: the configuration is read here, the domain is built by the host. */
final class XmCreate {
  private static final String DEFAULT_FILE = "xmdefconfig";
  private static final String DEFAULT_PATH = ".:/etc/xen";

  private final XmCall call;

  XmCreate(XmCall call) {
    this.call = call;
  }

  int run() throws CommandFailed, WithUsage, ToolstackFailure {
    Getopt.Parsed parsed =
        call.parse(
            "f:F:nxspcqP:",
            Map.ofEntries(
                Map.entry("defconfig", 'f'),
                Map.entry("config", 'F'),
                Map.entry("dryrun", 'n'),
                Map.entry("xmldryrun", 'x'),
                Map.entry("skipdtd", 's'),
                Map.entry("paused", 'p'),
                Map.entry("console_autoconnect", 'c'),
                Map.entry("quiet", 'q'),
                Map.entry("path", 'P')));
    for (char letter : "Fx".toCharArray()) {
      if (parsed.has(letter)) {
        throw new CommandFailed(1, "Error: xm create -" + letter + ": not in this build yet");
      }
    }
    String file = parsed.value('f');
    List<String> overrides = new ArrayList<>();
    for (String operand : parsed.operands()) {
      if (operand.indexOf('=') >= 0) {
        overrides.add(operand);
      } else if (file == null) {
        file = operand;
      } else {
        throw new WithUsage("Invalid argument: " + operand);
      }
    }
    String path = parsed.has('P') ? parsed.value('P') : DEFAULT_PATH;
    DomainConfig config =
        configuration(locate(file == null ? DEFAULT_FILE : file, path), overrides, parsed);
    return create(parsed, config);
  }

  /** The first of the path's directories that has the file. */
  private String locate(String file, String path) throws CommandFailed {
    if (file.startsWith("/")) {
      return file;
    }
    try {
      for (String directory : path.split(":")) {
        String candidate = directory + "/" + file;
        Path absolute = call.streams().directory().resolve(candidate);
        if (Files.exists(absolute) && !Files.isDirectory(absolute)) {
          return candidate;
        }
      }
    } catch (InvalidPathException e) {
      throw new CommandFailed(1, "Error: Unable to open config file: " + file);
    }
    throw new CommandFailed(1, "Error: Unable to open config file: " + file);
  }

  private DomainConfig configuration(String file, List<String> overrides, Getopt.Parsed parsed)
      throws CommandFailed {
    try {
      String text = ConfigFile.read(call.streams().directory(), file);
      if (!parsed.has('q')) {
        call.streams().out().println("Using config file \"" + file + "\".");
      }
      ConfigSettings settings = new ConfigSettings();
      XmOverrides given = new XmOverrides(overrides);
      given.asNames(settings);
      Dialect.XM.parse(file, text, settings);
      given.asValues(settings);
      DomainConfigReader.Result result =
          DomainConfigReader.read(settings, Dialect.XM, call.streams().directory());
      result.warnings().forEach(call.streams().err()::println);
      return result.config();
    } catch (ConfigError e) {
      throw new CommandFailed(1, "Error: " + e.getMessage());
    } catch (IOException e) {
      throw new CommandFailed(
          1, "Error: Unable to open config file: " + file + ": " + e.getMessage());
    }
  }

  private int create(Getopt.Parsed parsed, DomainConfig config)
      throws CommandFailed, ToolstackFailure {
    boolean console = parsed.has('c');
    CreateDomainRequest request =
        CreateDomainRequest.newBuilder()
            .setConfig(config)
            .setPaused(parsed.has('p') || console)
            .setDryRun(parsed.has('n'))
            .build();
    HostConnection host = call.session().hosts().standard();
    DomainInfo domain = send(host, request);
    if (parsed.has('n')) {
      call.streams().out().println(XmSxp.configuration(config).pretty());
      return 0;
    }
    if (!parsed.has('q')) {
      call.streams()
          .out()
          .println("Started domain " + config.getName() + " (id=" + domain.getDomid() + ")");
      call.streams().out().flush();
    }
    if (console) {
      Target created = new Target(host, domain.getDomid());
      new ConsoleSession(call.streams(), EscapeKey.STANDARD)
          .attach(created, () -> unpause(created, parsed.has('p')));
    }
    return 0;
  }

  /** xm's create says only what is wrong: its errors are not followed by the usage. */
  private static DomainInfo send(HostConnection host, CreateDomainRequest request)
      throws CommandFailed, ToolstackFailure {
    try {
      return host.call(HostConnection.CREATE_SECONDS, stub -> stub.createDomain(request))
          .getDomain();
    } catch (ToolstackFailure e) {
      if (e.isUnreachable()) {
        throw e;
      }
      if (e.reason() == Reason.REASON_NAME_IN_USE) {
        throw new CommandFailed(1, nameInUse(host, request.getConfig().getName()));
      }
      throw new CommandFailed(1, Xm.words(e));
    }
  }

  private static String nameInUse(HostConnection host, String name) throws ToolstackFailure {
    try {
      int domid = Hosts.describe(host, Hosts.byName(name)).getDomid();
      return "Error: VM name '" + name + "' already exists as domain " + domid;
    } catch (ToolstackFailure e) {
      if (e.isUnreachable()) {
        throw e;
      }
      return "Error: VM name '" + name + "' already exists";
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
