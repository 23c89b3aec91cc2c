/** Checks what must and must not be reachable, by a list that is kept in the repository. */

import { type ParseError, parse } from "jsonc-parser";
import { z } from "zod";
import { describeFormMismatch } from "../../access/form-mismatch";
import type { Network } from "../../reach/network";
import { findWaysTo, type Way } from "../../reach/questions";
import type { SpreadFrom } from "../../reach/spread";
import type { Start } from "../../reach/starts";
import { parseTarget } from "../../reach/targets";
import { CommandFailure } from "../failure";
import { readTextFile } from "../files";

const expectation = z.strictObject({
  src: z.string(),
  proto: z.string().optional(),
  accept: z.array(z.string()).default([]),
  deny: z.array(z.string()).default([]),
});

export type Expectation = z.infer<typeof expectation>;

/**
 * Reads a list in the form of the policy file's own tests: `[{"src": "ci", "accept":
 * ["tag:web:22"], "deny": ["tag:db"]}]`.
 */
export function readExpectations(path: string): readonly Expectation[] {
  const errors: ParseError[] = [];
  const content: unknown = parse(readTextFile(path), errors, { allowTrailingComma: true });
  const read = Array.isArray(content)
    ? z.array(expectation).safeParse(content)
    : z.strictObject({ tests: z.array(expectation) }).safeParse(content);
  if (errors.length > 0 || !read.success) {
    const problem =
      errors.length > 0
        ? "it is not JSON with comments"
        : describeFormMismatch(read.error?.issues ?? [], content);
    throw new CommandFailure(
      `${path} cannot be used: ${problem}.\n  Give a list such as [{"src": "ci", "accept": ["tag:web:22"], "deny": ["tag:db:5432"]}]; src is a credential, a tag, a user or a group.`,
    );
  }
  const expectations = Array.isArray(read.data) ? read.data : read.data.tests;
  const empty = expectations.findIndex(({ accept, deny }) => accept.length + deny.length === 0);
  if (expectations.length === 0 || empty >= 0)
    throw new CommandFailure(
      `${path} cannot be used: ${expectations.length === 0 ? "its list is empty" : `entry ${empty + 1} has neither accept nor deny`}, so it would always hold.`,
    );
  return expectations;
}

/** A requirement that is not met. */
export interface Broken {
  readonly sentence: string;
  /** The ways to a target that must not be reached. */
  readonly ways: readonly Way[];
}

export interface Deciding {
  readonly network: Network;
  readonly spreadFrom: SpreadFrom;
  /** Finds a start by its name. @throws CommandFailure if there is none */
  readonly findStart: (name: string) => Start;
}

export function findBrokenExpectations(
  expectations: readonly Expectation[],
  { network, spreadFrom, findStart }: Deciding,
): Broken[] {
  return expectations.flatMap(({ src, proto, accept, deny }) => {
    const start = findStart(src);
    // A group must not reach a target through any of its members either.
    const members = (network.groups.get(start.name) ?? []).map(
      (name): Start => ({ kind: "Person", name }),
    );
    const findWays = (from: Start, text: string) =>
      findWaysTo(
        from,
        spreadFrom(from),
        requireTarget(proto === undefined ? text : `${text}/${proto}`, network),
      );
    const missing = accept.flatMap((text): Broken[] => {
      const found = findWays(start, text);
      if (found.some(isCertain)) return [];
      const but = found.length > 0 ? " for certain" : "";
      return [{ sentence: `${src} must reach ${text}, but does not${but}.`, ways: [] }];
    });
    const forbidden = deny.flatMap((text): Broken[] => {
      const found = [start, ...members].flatMap((from) => findWays(from, text));
      return found.length === 0
        ? []
        : [{ sentence: describeForbidden(src, text, found), ways: found }];
    });
    return [...missing, ...forbidden];
  });
}

function describeForbidden(name: string, text: string, ways: readonly Way[]): string {
  return `${name} must not reach ${text}, but ${ways.some(isCertain) ? "does" : "may"}.`;
}

/** Whether a way exists for certain, and does not depend on something that we cannot know. */
function isCertain({ conditions }: Way): boolean {
  return conditions.every(({ kind }) => kind !== "unknown" && kind !== "address");
}

export function requireTarget(text: string, network: Network) {
  const target = parseTarget(text, network);
  if ("problem" in target)
    throw new CommandFailure(`The target ${JSON.stringify(text)} is not valid: ${target.problem}.`);
  return target;
}

/** Finds the ways of the starts to targets that none of them may reach. */
export function findDeniedWays(
  targets: readonly string[],
  starts: readonly Start[],
  { network, spreadFrom }: Pick<Deciding, "network" | "spreadFrom">,
): Broken[] {
  return targets.flatMap((text) => {
    const target = requireTarget(text, network);
    return starts.flatMap((start) => {
      const ways = findWaysTo(start, spreadFrom(start), target);
      return ways.length === 0
        ? []
        : [{ sentence: describeForbidden(start.name, text, ways), ways }];
    });
  });
}
