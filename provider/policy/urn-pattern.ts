/** Patterns of URNs: which resources an exemption is for. */

import { matches } from "../access/patterns";

/**
 * The parts of a URN: `urn:pulumi:STACK::PROJECT::TYPE::NAME`. The type includes its parents'
 * types.
 */
export interface UrnParts {
  readonly stack: string;
  readonly project: string;
  readonly type: string;
  readonly name: string;
}

/** The parts of a URN or of a pattern; undefined if the text is neither. */
export function parseUrn(urn: string): UrnParts | undefined {
  const [head = "", project, type, ...name] = urn.split("::");
  const stack = /^urn:pulumi:(.+)$/s.exec(head)?.[1];
  if (stack === undefined || !project || !type || name.length === 0) return undefined;
  return { stack, project, type, name: name.join("::") };
}

/**
 * Parses a pattern. In its stack and name `*` stands for any characters; project and type are
 * written in full.
 */
export function parseUrnPattern(text: string): UrnParts | { readonly problem: string } {
  const parts = parseUrn(text);
  if (parts === undefined || parts.name === "") {
    return {
      problem:
        "is incomplete: it needs a stack, project, type and name. Copy it from the rule's message",
    };
  }
  if (parts.project.includes("*") || parts.type.includes("*"))
    return { problem: "has a * in its project or type. Write both in full" };
  return parts;
}

/**
 * Whether a pattern matches a resource. Compares part by part, so that no name can look like a
 * project.
 */
export function isFor(pattern: string, urn: string): boolean {
  const [wanted, given] = [parseUrnPattern(pattern), parseUrn(urn)];
  if ("problem" in wanted || given === undefined) return false;
  return (
    wanted.project === given.project &&
    wanted.type === given.type &&
    matches(wanted.stack, given.stack) &&
    matches(wanted.name, given.name)
  );
}
