package io.xengarden.node.adapter;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The daemon's log, on standard error. Set up in code: a file on the class path would be found by
 * the command line as well, whose class path it shares.
 */
public final class DaemonLog {
  /** The environment variable that says from which level on: DEBUG, INFO, WARN. */
  public static final String LEVEL_VARIABLE = "XENGARDEN_LOG";

  private static final String PATTERN = "%d{HH:mm:ss.SSS} %-5level %-20.20logger{0} %msg%n%ex";

  private DaemonLog() {}

  public static void start() {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(PATTERN);
    encoder.start();
    ConsoleAppender<ILoggingEvent> stderr = new ConsoleAppender<>();
    stderr.setContext(context);
    stderr.setTarget("System.err");
    stderr.setEncoder(encoder);
    stderr.start();
    var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.toLevel(System.getenv(LEVEL_VARIABLE), Level.INFO));
    root.addAppender(stderr);
    context.getLogger("io.grpc").setLevel(Level.WARN);
  }
}
