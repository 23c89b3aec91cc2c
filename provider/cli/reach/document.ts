/** What `tailscope reach --json` prints: one document, of one of these forms. */

import type { Flow } from "../../policy-file/flow";
import type { JsonReach, JsonWay } from "../../review/reach/json";
import { printJson } from "../output";
import type { BlamedLine } from "./blame";

/** Of concrete machines. */
interface Flows {
  /** Every pair of machines of which the one reaches the other. */
  readonly flows: readonly Flow[];
}

/** Of a policy file that Tailscale would refuse, for concrete machines. */
interface Rejected {
  /** Tailscale's own words, where they are known. */
  readonly rejected: string;
}

export interface Reached {
  /** Where the policy file is from. */
  readonly policy: string;
  /** What each credential reaches; of `--from` that one alone. */
  readonly reach?: readonly JsonReach[];
  /** What `--to` and `--between` ask for, with every way to it. */
  readonly target?: string;
  readonly ways?: readonly JsonWay[];
  /** What `--deny` and `--expect` ask for and does not hold. */
  readonly broken?: readonly { readonly sentence: string; readonly ways: readonly JsonWay[] }[];
  /** With `--blame`: which commit brought each line. */
  readonly blame?: readonly BlamedLine[];
  /** What counts as everything, because nobody knows what it opens. */
  readonly notUnderstood: readonly string[];
  /** What may be missing. */
  readonly limits: readonly string[];
}

export function printDocument(document: Flows | Rejected | Reached): void {
  printJson(document);
}
