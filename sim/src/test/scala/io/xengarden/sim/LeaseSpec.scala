package io.xengarden.sim

import akka.actor.typed.{ActorRef, Behavior}
import akka.actor.typed.scaladsl.Behaviors
import java.time.Duration
import org.scalatest.GivenWhenThen
import org.scalatest.featurespec.AnyFeatureSpec
import scala.concurrent.duration.DurationInt

/** A story told in ScalaTest runs in simulation as one told in JUnit does. */
class LeaseSpec extends AnyFeatureSpec with GivenWhenThen {
  import LeaseSpec._

  Feature("A lease expires in virtual time") {
    Scenario("the holder renews, and then is silent") {
      val expiries = SimulationRunner.over(Seeds.first(20)).run { simulation =>
        Given("a lease of ten seconds and a holder who renews it every five")
        var expiredAt = Duration.ZERO
        simulation.createSystem(host(() => expiredAt = simulation.elapsed()), "host")

        When("the holder falls silent after a minute")
        simulation.run(Duration.ofMinutes(5))

        Then("the lease expires ten seconds after the last renewal")
        assert(expiredAt == Duration.ofSeconds(70))
      }
      assert(expiries.size >= 1, "at least the seed that was asked for")
    }
  }
}

object LeaseSpec {
  sealed private trait Lease
  private case object Renew extends Lease
  private case object Expire extends Lease

  private def lease(expired: () => Unit): Behavior[Lease] =
    Behaviors.withTimers { timers =>
      timers.startSingleTimer(Expire, 10.seconds)
      Behaviors.receiveMessage {
        case Renew =>
          timers.startSingleTimer(Expire, 10.seconds)
          Behaviors.same
        case Expire =>
          expired()
          Behaviors.stopped
      }
    }

  private def holder(lease: ActorRef[Lease]): Behavior[Int] =
    Behaviors.withTimers { timers =>
      timers.startSingleTimer(1, 5.seconds)
      Behaviors.receiveMessage { renewal =>
        lease ! Renew
        if (renewal < 12) timers.startSingleTimer(renewal + 1, 5.seconds)
        Behaviors.same
      }
    }

  private def host(expired: () => Unit): Behavior[Unit] =
    Behaviors.setup[Unit] { context =>
      val held = context.spawn(lease(expired), "lease")
      context.spawn(holder(held), "holder")
      Behaviors.empty
    }
}
