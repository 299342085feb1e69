import type { BroadcastHandle } from "@millrace/core";
import type { NodeState, STATE } from "./node-state.js";

/**
 * Is the face that every data set shows to parameters: its element type, and nothing that could be called. It is covariant,
 * so a data set of a subtype fits where one of its supertype is asked for.
 * @public
 */
export interface Data<out T> extends BroadcastHandle<T> {
  /** What the data set is made of. @internal */
  readonly [STATE]: NodeState;
}

/**
 * Is what can be the other side of a join or coGroup: a data set, or the solution set of a delta iteration, which can only
 * be joined on its key `K`. `K` is null for data sets.
 * @public
 */
export interface JoinInput<out T, out K> extends Data<T> {
  /** Exists only in the type system. */
  readonly "~keys": K;
}

/** Lets a step that returns read-only tuples close a loop over plain ones. @public */
export type Loose<T> = T extends readonly unknown[] ? Readonly<T> : T;

/** Resolves an intersection to one object type, so that editors show its fields. @public */
export type Flat<T> = { [K in keyof T]: T[K] } & {};

/** Is the element type of the union of two data sets: the wider one if there is one, else either. @public */
export type UnionOf<T, U> = [U] extends [T] ? T : [T] extends [U] ? U : T | U;
