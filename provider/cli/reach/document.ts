/** The document that `tailscope reach --json` prints, in one of these forms. */

import type { Flow } from "../../policy-file/flow";
import type { JsonReach, JsonWay } from "../../review/reach/json";
import { printJson } from "../output";
import type { BlamedLine } from "./blame";

/** The flows between concrete machines. */
interface Flows {
  /** Every pair of machines of which one reaches the other. */
  readonly flows: readonly Flow[];
}

/** The answer for concrete machines if Tailscale would refuse the policy file. */
interface Rejected {
  /** The reason, in Tailscale's own words if they are known. */
  readonly rejected: string;
}

export interface Reached {
  /** Where the policy file comes from. */
  readonly policy: string;
  /** What each credential reaches; with `--from`, only what that one reaches. */
  readonly reach?: readonly JsonReach[];
  /** The target of `--to` or `--between`, with every way to it. */
  readonly target?: string;
  readonly ways?: readonly JsonWay[];
  /** The requirements of `--deny` and `--expect` that are not met. */
  readonly broken?: readonly { readonly sentence: string; readonly ways: readonly JsonWay[] }[];
  /** With `--blame`: the commit that last changed each line. */
  readonly blame?: readonly BlamedLine[];
  /** Parts of the policy file that are not understood, and count as opening everything. */
  readonly notUnderstood: readonly string[];
  /** What the answer may lack, each in a sentence. */
  readonly limits: readonly string[];
}

export function printDocument(document: Flows | Rejected | Reached): void {
  printJson(document);
}
