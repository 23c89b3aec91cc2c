/**
 * A resource as the rules see it. Its arguments are read with care: reading an unknown value
 * throws, and arguments of foreign code can have any shape. Neither may hide the other arguments.
 */

import type { ResourceValidationArgs } from "@pulumi/policy";
import { type Kind, kinds } from "../access/kinds";
import { findOfficialKind } from "../access/official";
import { formatProviderText } from "../access/provider-text";
import { typePrefix } from "../access/resource-types";
import { parseUrn } from "./urn-pattern";

/** The types of our resources have this prefix, but anyone else's can have it too. */
export const ourPrefix = typePrefix;

/** What the engine shows of a resource. Callers other than the engine may leave members out. */
export type Shown = Pick<ResourceValidationArgs, "type" | "urn" | "name" | "props"> &
  Partial<ResourceValidationArgs>;

/** A credential, or a resource that could be one. */
export interface Judged {
  readonly kind: Kind;
  /** Whether it is of Tailscale's official provider. */
  readonly isOfficial: boolean;
  readonly urn: string;
  readonly project: string;
  readonly stack: string;
  readonly parent: string | undefined;
  readonly args: Arguments;
}

/** Stands for a value that is unknown before the deployment. */
export const notKnown = Symbol("not known before the deployment");

/**
 * The known members of a list; whether it is not a list of strings, and whether a part of it is
 * unknown.
 */
export interface Listed {
  readonly texts: readonly string[];
  readonly isOdd: boolean;
  readonly isUnknown: boolean;
}

export interface Entries {
  readonly known: Readonly<Record<string, string>>;
  readonly isUnknown: boolean;
}

export interface Arguments {
  /** An argument's value; undefined if it is absent, null, or an empty string. */
  value(name: string): unknown;
  list(name: string): Listed;
  /** The members of an object that are known strings. */
  entries(name: string): Entries;
  /** Lets the engine report an unknown value, if a rule has read one. */
  tellUnknown(): void;
}

/**
 * The kinds of credential that a resource could be: by its type, by the code that it runs, or both.
 */
export function findKinds(type: string, code: string | undefined): readonly Kind[] {
  const official = findOfficialKind(type);
  const found = kinds.filter(
    (kind) => type === ourPrefix + kind || official === kind || code === formatProviderText(kind),
  );
  return found;
}

export function judgeAs(kind: Kind, shown: Shown): Judged {
  const { urn, type, props, opts } = shown;
  const { stack = "", project = "" } = parseUrn(urn) ?? {};
  const isOfficial = findOfficialKind(type) !== undefined;
  return {
    kind,
    isOfficial,
    urn,
    project,
    stack,
    parent: opts?.parent,
    args: readArguments(props),
  };
}

/** Reads arguments. The engine throws when an unknown one is read. */
export function readArguments(props: Readonly<Record<string, unknown>>): Arguments {
  const thrown: unknown[] = [];
  function readMember(holder: object, key: string | number): unknown {
    try {
      const value: unknown = Reflect.get(holder, key);
      return value === null || value === "" ? undefined : value;
    } catch (error) {
      thrown.push(error);
      return notKnown;
    }
  }
  return {
    value: (name) => readMember(props, name),
    list(name) {
      const value = readMember(props, name);
      if (!Array.isArray(value)) {
        const isUnknown = value === notKnown;
        return {
          texts: [],
          isOdd: !isUnknown && value !== undefined,
          isUnknown,
        };
      }
      const members = Array.from({ length: value.length }, (_, index) => readMember(value, index));
      const known = members.filter((member) => member !== notKnown);
      const texts = known.filter((member) => typeof member === "string");
      return {
        texts,
        isOdd: texts.length < known.length,
        isUnknown: known.length < members.length,
      };
    },
    entries(name) {
      const value = readMember(props, name);
      if (typeof value !== "object" || value === null)
        return { known: {}, isUnknown: value === notKnown };
      const members = Object.keys(value).map((key) => [key, readMember(value, key)] as const);
      const known = members.filter(
        (member): member is readonly [string, string] => typeof member[1] === "string",
      );
      return {
        known: Object.fromEntries(known),
        isUnknown: members.some(([, member]) => member === notKnown),
      };
    },
    tellUnknown() {
      // The engine's own error, so that it can distinguish this from a fault of the pack.
      if (thrown.length > 0) throw thrown[0];
    },
  };
}
