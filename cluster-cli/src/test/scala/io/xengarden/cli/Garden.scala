package io.xengarden.cli

import java.io.{File, OutputStream}
import java.lang.ProcessBuilder.Redirect
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path}
import java.util.Comparator
import java.util.concurrent.{LinkedBlockingQueue, TimeUnit}
import scala.jdk.CollectionConverters._
import scala.util.Using

/**
 * The command line as its user meets it: every command is a process of its own, in a cluster
 * directory of its own. Only the class path is not the launcher's: it is this test's.
 */
final class Garden private (val directory: Path) {
  import Garden._

  def file(name: String): Path = directory.resolve(name)

  def write(name: String, text: String): Path = Files.writeString(file(name), text)

  /** An image of that many bytes, with nothing in it. */
  def image(name: String, bytes: Long): Path = {
    Using.resource(new java.io.RandomAccessFile(file(name).toFile, "rw"))(_.setLength(bytes))
    file(name)
  }

  /** Runs a command to its end, which must come within a minute. */
  def apply(arguments: String*): Done = {
    val out = Files.createTempFile(directory, "out", "")
    val err = Files.createTempFile(directory, "err", "")
    val process = builder(commandLine(arguments)).redirectInput(new File("/dev/null"))
      .redirectOutput(out.toFile).redirectError(err.toFile).start()
    if (!process.waitFor(CommandSeconds, TimeUnit.SECONDS)) {
      process.destroyForcibly()
      throw new AssertionError(s"${arguments.mkString(" ")}: no end in $CommandSeconds s")
    }
    val done = Done(process.exitValue, Files.readString(out), Files.readString(err))
    Files.delete(out)
    Files.delete(err)
    done
  }

  /** Starts a command whose output is read while it runs. */
  def start(arguments: String*): Running = new Running(builder(commandLine(arguments)))

  /** The same at a terminal of its own, by script(1). */
  def startAtTerminal(arguments: String*): Running = {
    val line = commandLine(arguments).map(word => s"'$word'").mkString(" ")
    new Running(builder(Seq("script", "-q", "-e", "-c", line, "/dev/null")))
  }

  /** Whatever went wrong, no process and no file of this cluster stays. */
  def close(): Unit = {
    apply("down")
    Using.resource(Files.walk(directory)) {
      _.sorted(Comparator.reverseOrder[Path]).forEach(Files.delete _)
    }
  }

  private def builder(line: Seq[String]): ProcessBuilder =
    new ProcessBuilder(line.asJava).directory(directory.toFile)

  private def commandLine(arguments: Seq[String]): Seq[String] =
    Seq(Java, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", ClassPath) ++
      Seq("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow") ++
      Seq("io.xengarden.cli.Main", "--dir", file("cluster").toString) ++ arguments
}

object Garden {
  private val CommandSeconds = 60L
  private val OutputSeconds = 60L

  private val Java = Path.of(System.getProperty("java.home"), "bin", "java").toString

  /** Surefire hides it in a manifest, but says what it is. Test classes are none of a host's. */
  private val ClassPath: String =
    Option(System.getProperty("surefire.test.class.path"))
      .getOrElse(System.getProperty("java.class.path"))
      .split(File.pathSeparator)
      .filterNot(_.endsWith("test-classes"))
      .mkString(File.pathSeparator)

  /** A garden in a folder that nobody used before. */
  def fresh(): Garden = new Garden(Files.createTempDirectory("xengarden-spec").toRealPath())

  /** What a command left when it ended. */
  final case class Done(exitCode: Int, out: String, err: String)

  /** A command that runs; its output is awaited, never slept for. */
  final class Running private[Garden] (builder: ProcessBuilder) {
    private val process =
      builder.redirectErrorStream(true).redirectInput(Redirect.PIPE).start()
    private val pieces = new LinkedBlockingQueue[String]
    private val seen = new StringBuilder
    private val input: OutputStream = process.getOutputStream
    Thread.ofVirtual().start(() => read())

    private def read(): Unit = {
      val buffer = new Array[Byte](4096)
      Iterator.continually(process.getInputStream.read(buffer)).takeWhile(_ >= 0)
        .foreach(n => pieces.put(new String(buffer, 0, n, UTF_8)))
      pieces.put(End)
    }

    def types(text: String): Unit = {
      input.write(text.getBytes(UTF_8))
      input.flush()
    }

    /** Returns the first match in all that was printed, once it is there. */
    def prints(pattern: String): String = {
      val regex = pattern.r
      val deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(OutputSeconds)
      var found = regex.findFirstIn(seen)
      while (found.isEmpty) {
        val piece = pieces.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)
        if (piece == null || (piece eq End)) {
          throw new AssertionError(s"never printed $pattern, but:\n$seen")
        }
        seen ++= piece
        found = regex.findFirstIn(seen)
      }
      found.get
    }

    def exitCode(): Int = {
      if (!process.waitFor(CommandSeconds, TimeUnit.SECONDS)) {
        throw new AssertionError(s"it does not end; it printed:\n$seen")
      }
      process.exitValue
    }

    /** Ends it if it has not ended by itself. */
    def stop(): Unit = process.destroy()
  }

  /** Stands behind the last output. */
  private val End = new String("")
}
