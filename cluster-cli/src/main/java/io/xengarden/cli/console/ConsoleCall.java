package io.xengarden.cli.console;

import com.google.protobuf.ByteString;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.xengarden.cli.toolstack.Target;
import io.xengarden.cli.toolstack.ToolstackFailure;
import io.xengarden.proto.v1.ConsoleInput;
import io.xengarden.proto.v1.ConsoleOutput;
import java.util.function.Consumer;

/**
 * An adapter: one attachment to a domain's console over gRPC. Output is asked for one message at a
 * time and keys wait until the transport takes them, so that neither side is flooded.
 */
public final class ConsoleCall implements ClientResponseObserver<ConsoleInput, ConsoleOutput> {
  /** As the protocol allows in one message. */
  public static final int MAX_KEYS = 1024;

  private final Target target;
  private final Consumer<ByteString> output;
  private ClientCallStreamObserver<ConsoleInput> call;
  private Throwable error;
  private boolean ended;
  private boolean detached;

  private ConsoleCall(Target target, Consumer<ByteString> output) {
    this.target = target;
    this.output = output;
  }

  /**
   * Attaches.
   *
   * @param output gets what the domain writes, on a thread of the transport
   */
  public static ConsoleCall open(Target target, Consumer<ByteString> output) {
    ConsoleCall console = new ConsoleCall(target, output);
    target.host().asynchronous().attachConsole(console);
    console.call.onNext(ConsoleInput.newBuilder().setDomain(target.selector()).build());
    return console;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<ConsoleInput> stream) {
    call = stream;
    stream.setOnReadyHandler(this::wake);
    stream.disableAutoRequestWithInitial(1);
  }

  @Override
  public void onNext(ConsoleOutput message) {
    output.accept(message.getData());
    call.request(1);
  }

  @Override
  public void onError(Throwable failure) {
    end(failure);
  }

  @Override
  public void onCompleted() {
    end(null);
  }

  private synchronized void end(Throwable failure) {
    error = failure;
    ended = true;
    notifyAll();
  }

  private synchronized void wake() {
    notifyAll();
  }

  /** Sends at most {@link #MAX_KEYS} bytes; waits while the transport is full. */
  public void type(byte[] bytes, int length) throws InterruptedException {
    synchronized (this) {
      while (!call.isReady() && !ended) {
        wait();
      }
      if (ended || detached) {
        return;
      }
    }
    ByteString keys = ByteString.copyFrom(bytes, 0, length);
    call.onNext(ConsoleInput.newBuilder().setKeys(keys).build());
  }

  /** No more keys will come; output goes on. */
  public void endInput() {
    synchronized (this) {
      if (ended || detached) {
        return;
      }
    }
    call.onCompleted();
  }

  /** Leaves the console; {@link #await} returns. */
  public void detach() {
    synchronized (this) {
      detached = true;
      ended = true;
      notifyAll();
    }
    call.cancel("detached", null);
  }

  /** Returns when the domain is gone or {@link #detach} was called. */
  public void await() throws ToolstackFailure, InterruptedException {
    synchronized (this) {
      while (!ended) {
        wait();
      }
    }
    if (error != null && !detached) {
      throw target.host().failure(error);
    }
  }
}
