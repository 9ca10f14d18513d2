package io.xengarden.cli.cluster;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * An adapter: the main class of {@code up --in-process}'s one JVM, in which every host's daemon
 * runs on a thread of its own. Arguments: the daemon's class, then each host's own, which begin
 * with {@code --dir}.
 */
public final class InProcessHosts {
  private InProcessHosts() {}

  public static void main(String[] args) throws ReflectiveOperationException {
    // Whoever asks while another thread still sets logging up gets a stand-in for it.
    LoggerFactory.getILoggerFactory();
    Method main = Class.forName(args[0]).getMethod("main", String[].class);
    for (List<String> host : perHost(List.of(args).subList(1, args.length))) {
      Thread.ofPlatform().name(host.get(3)).start(() -> run(main, host));
    }
  }

  static List<List<String>> perHost(List<String> arguments) {
    List<List<String>> hosts = new ArrayList<>();
    for (String argument : arguments) {
      if (argument.equals("--dir")) {
        hosts.add(new ArrayList<>());
      }
      hosts.getLast().add(argument);
    }
    return hosts;
  }

  private static void run(Method main, List<String> arguments) {
    try {
      main.invoke(null, (Object) arguments.toArray(String[]::new));
    } catch (InvocationTargetException e) {
      System.err.println(arguments.get(3) + ": " + e.getCause());
      System.exit(1);
    } catch (IllegalAccessException e) {
      System.err.println(e);
      System.exit(1);
    }
  }
}
