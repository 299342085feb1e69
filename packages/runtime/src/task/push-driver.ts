/**
 * Lets an operator of the push form run as a task: reads its channels in turn, but for those that it has blocked, and ends when all have ended.
 */
import type { TimerHandle } from "@millrace/core";
import type { ChannelEvent } from "../exchange/exchange.js";
import type { GateChannel } from "../exchange/input-gate.js";
import { viewOfPage } from "../exchange/page-view.js";
import { isLargePage } from "../exchange/page-writer.js";
import { isPage } from "../exchange/ring-channel.js";
import type { Driver, Steps } from "./driver.js";
import type { PushContext, PushOperator } from "./push-operator.js";
import type { TaskDriverContext } from "./task-driver-context.js";

/** Runs one push operator. @internal */
export class PushDriver implements Driver {
  readonly #context: TaskDriverContext;
  readonly #operator: PushOperator;
  readonly #channels: readonly GateChannel[];
  readonly #isBlocked: boolean[];
  readonly #hasEnded: boolean[];
  /** Events to send when what was collected before them is on its way. */
  readonly #events: ChannelEvent[] = [];
  /** Times that were asked for and have come. */
  readonly #dueTimes: number[] = [];
  /** What ends the waiting for each timer that was set. */
  readonly #timers = new Map<TimerHandle, () => void>();
  #isTold = false;

  constructor(context: TaskDriverContext, make: (context: PushContext) => PushOperator) {
    this.#context = context;
    this.#channels = context.gate(0).channels;
    this.#isBlocked = this.#channels.map(() => false);
    this.#hasEnded = this.#channels.map(() => false);
    this.#operator = make(this.#pushContext());
  }

  *run(): Steps {
    const { out } = this.#context;
    for (;;) {
      let isIdle = true;
      for (let channel = 0; channel < this.#channels.length; channel++) {
        if (this.#takeNext(channel)) isIdle = false;
        for (let time = this.#dueTimes.shift(); time !== undefined; time = this.#dueTimes.shift()) {
          this.#operator.onTimer(time);
        }
        yield* this.#sendEvents();
        while (out.isFull) yield "output";
      }
      if (this.#hasEnded.every(Boolean)) return;
      // What an operator unblocked on being told of another channel is read in the next round.
      if (isIdle && !this.#isTold) yield "input";
      else yield "turn";
      this.#isTold = false;
    }
  }

  close(): void {
    for (const [timer, end] of this.#timers) {
      timer.cancel();
      end();
    }
    this.#timers.clear();
    this.#operator.close();
  }

  /** Tells the operator of the next element of a channel; false when there is none that it may hear of. */
  #takeNext(index: number): boolean {
    const channel = this.#channels[index]!;
    if (this.#hasEnded[index]) return false;
    if (this.#isBlocked[index] && !isUrgent(channel.peek(0))) return false;
    const element = channel.poll();
    if (element === undefined) return false;
    if (isPage(element)) {
      try {
        this.#operator.onPage(index, viewOfPage(element, this.#context.layouts));
      } finally {
        if (!isLargePage(element)) channel.release(element);
      }
    } else {
      if (element.kind === "endOfInput") this.#hasEnded[index] = true;
      this.#operator.onEvent(index, element);
    }
    return true;
  }

  /** Sends events behind what was collected before them, which a chain may not have read to its end. */
  *#sendEvents(): Steps {
    const { out } = this.#context;
    for (let event = this.#events.shift(); event !== undefined; event = this.#events.shift()) {
      while (out.isFull) yield "output";
      for (const output of this.#context.outputs) yield* output.end(event);
    }
  }

  #pushContext(): PushContext {
    const { layouts, job } = this.#context;
    const { clock, timers } = job.host;
    return {
      numChannels: this.#channels.length,
      out: this.#context.out,
      block: (channel) => {
        this.#isBlocked[channel] = true;
      },
      unblock: (channel) => {
        this.#isBlocked[channel] = false;
        this.#isTold = true;
      },
      peek: (channel, offset) => {
        const element = this.#channels[channel]!.peek(offset);
        return isPage(element) ? viewOfPage(element, layouts) : element;
      },
      send: (event) => this.#events.push(event),
      now: () => clock.monotonic(),
      callAt: (time) => {
        const fired = new Promise<void>((resolve) => {
          const timer = timers.setTimer(time - clock.monotonic(), () => {
            this.#timers.delete(timer);
            this.#dueTimes.push(time);
            resolve();
          });
          this.#timers.set(timer, resolve);
        });
        this.#context.waitBesideInput(fired);
      },
    };
  }
}

function isUrgent(element: unknown): boolean {
  return typeof element === "object" && element !== null && "isUrgent" in element && element.isUrgent === true;
}
