/** What `npm run bench` measures, in parts that can be measured apart. */

import type { Figure, Table } from "./figures.ts";

/** How much is measured. */
export interface Amount {
  /** How often; the median of so many is what counts. */
  readonly rounds: number;
  /** Smaller sizes, to see within two minutes whether something is far off. */
  readonly isQuick: boolean;
  /** How many credentials there are, instead of each part's own number. */
  readonly count?: number | undefined;
  readonly say: (text: string) => void;
}

export interface Measured {
  readonly figures: readonly Figure[];
  readonly tables?: readonly Table[];
}

export interface Part {
  readonly name: string;
  /** What a person asks that it answers. */
  readonly title: string;
  /** How it is measured, in whole sentences. */
  readonly about: string;
  /** The rounds of a whole measurement; absent for what is not part of one. */
  readonly rounds: number;
  /** The rounds of a quick one; absent for what takes too long for it. */
  readonly quickRounds?: number;
  /**
   * Whether it runs only if it is named, because it takes as long as everything else together, or
   * does not measure our own code.
   */
  readonly isApart?: boolean;
  measure(amount: Amount): Promise<Measured>;
}
