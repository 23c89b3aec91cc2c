/**
 * When credentials are rotated, as pure functions of times. All times are milliseconds since 1970.
 *
 * A rotating pair has two slots, each with one credential. One is current; the other was current in
 * the previous period and stays valid for this one. Generation `g` begins at `anchor + g * period`
 * and lives in slot `g mod 2` until generation `g + 2` replaces it. So the generation of a slot
 * depends only on the time, and two machines, or a run after a long pause, compute the same result.
 */

export interface Slots {
  /** The generation in each slot. */
  readonly generations: readonly [number, number];
  /** Which slot is current. */
  readonly current: 0 | 1;
  /** When the next generation begins. */
  readonly changesAt: number;
}

/** @param period greater than zero */
export function computeSlots(now: number, anchor: number, period: number): Slots {
  const generation = Math.floor((now - anchor) / period);
  const current = generation % 2 === 0 ? 0 : 1;
  return {
    generations: current === 0 ? [generation, generation - 1] : [generation - 1, generation],
    current,
    changesAt: anchor + (generation + 1) * period,
  };
}

/** When a credential must be replaced, and the argument that requires it. */
export interface Due {
  readonly at: number;
  readonly rule: "rotateEvery" | "renewBefore";
}

export interface Life {
  readonly created: number;
  readonly expires?: number | undefined;
  /** In milliseconds, like `renewBefore`. */
  readonly rotateEvery?: number | undefined;
  readonly renewBefore?: number | undefined;
}

/** When a credential is due, by the earlier of its two rules; undefined without a rule. */
export function computeDue({ created, expires, rotateEvery, renewBefore }: Life): Due | undefined {
  const rotation: Due | undefined =
    rotateEvery === undefined ? undefined : { at: created + rotateEvery, rule: "rotateEvery" };
  const renewal: Due | undefined =
    expires === undefined || renewBefore === undefined
      ? undefined
      : { at: expires - renewBefore, rule: "renewBefore" };
  if (rotation === undefined || renewal === undefined) return rotation ?? renewal;
  return rotation.at <= renewal.at ? rotation : renewal;
}
