/** What a fact about the Tailscale API is, as data. The facts themselves are in facts.ts. */

/** Where something is known from. */
export interface Source {
  /** How the page and the table call it. */
  readonly name: string;
  readonly url: string;
  /** Of the version that was read. */
  readonly date: string;
  /** Who speaks: Tailscale itself, somebody who measured a real tailnet, or a user who reports. */
  readonly weight: "Tailscale" | "measured" | "reported";
}

export interface Evidence {
  readonly source: Source;
  /** What it says, where that needs to be told apart from the fact. */
  readonly says?: string;
  /** A place within the source. */
  readonly url?: string;
}

/** How `npm run test:tailnet` finds out whether a fact holds. */
export type Examination =
  /** By requests that change nothing. */
  | { readonly by: "reading" }
  /** With credentials that it makes and removes. */
  | { readonly by: "writing" }
  | { readonly by: "nothing"; readonly reason: string };

interface Described {
  /** Cited in comments of the provider and the emulator as `fact: ID`. */
  readonly id: string;
  readonly topic: Topic;
  readonly sentence: string;
  readonly evidence: readonly Evidence[];
  readonly examination: Examination;
}

export interface KnownFact extends Described {
  /** `corrected`: Tailscope assumed something else at first. */
  readonly status: "confirmed" | "corrected";
  /** What Tailscope does about it. */
  readonly tailscope: string;
}

/** Something that no public evidence settles. The sentence is a question. */
export interface OpenFact extends Described {
  readonly status: "unknown";
  /** The answers that Tailscope is prepared for. */
  readonly answers: readonly Answered[];
  /** What it does with any other answer; where this is absent, another answer contradicts us. */
  readonly otherwise?: string;
}

export interface Answered {
  readonly answer: string;
  /** What Tailscope does where this is the answer. */
  readonly tailscope: string;
}

export type Fact = KnownFact | OpenFact;

/** The sections of docs/api-facts.md, in order. */
export const topics = [
  "Access tokens",
  "Workload identity",
  "Scopes",
  "Tags",
  "Credentials",
  "Changes",
  "Revocation",
  "Lists",
  "Policy file",
  "Audit log",
  "Everything else",
] as const;

export type Topic = (typeof topics)[number];
