/** Patterns of URNs: which resources an exemption is for. */

import { matches } from "../access/patterns";

/** The parts of a URN: `urn:pulumi:STACK::PROJECT::TYPE::NAME`, where the type has those of its parents before it. */
export interface UrnParts {
  readonly stack: string;
  readonly project: string;
  readonly type: string;
  readonly name: string;
}

/** The parts of a URN, or of a pattern of some; undefined where it is none. */
export function urnParts(urn: string): UrnParts | undefined {
  const [head = "", project, type, ...name] = urn.split("::");
  const stack = /^urn:pulumi:(.+)$/s.exec(head)?.[1];
  if (stack === undefined || !project || !type || name.length === 0) return undefined;
  return { stack, project, type, name: name.join("::") };
}

/** Reads a pattern, in whose stack and name `*` stands for any characters. Project and type are written out. */
export function urnPattern(text: string): UrnParts | { readonly problem: string } {
  const parts = urnParts(text);
  if (parts === undefined || parts.name === "") {
    return {
      problem:
        "is not whole: it names stack, project, type and name. Write it as the message of the rule has it",
    };
  }
  if (parts.project.includes("*") || parts.type.includes("*"))
    return { problem: "has a * in its project or type. Write both in full" };
  return parts;
}

/** Whether a pattern is for a resource. Part for part, so that no name can look like a project. */
export function isFor(pattern: string, urn: string): boolean {
  const [wanted, given] = [urnPattern(pattern), urnParts(urn)];
  if ("problem" in wanted || given === undefined) return false;
  return (
    wanted.project === given.project &&
    wanted.type === given.type &&
    matches(wanted.stack, given.stack) &&
    matches(wanted.name, given.name)
  );
}
