/**
 * Answers of a real tailnet, fit to be shown and kept: what says something about the API stays,
 * what says something about the tailnet (secrets, ids, names, times) gives way to invented values.
 */

import { isMarked } from "./session.ts";

export interface Inventor {
  /** A part of an answer, and the path if it is one of a whole endpoint. */
  value(value: unknown, path?: string): unknown;
  text(text: string): string;
  /** The same of what a run sent itself: its own words stay. */
  sent(value: unknown): unknown;
  /** One with the same secrets, and numbers of its own. */
  fresh(): Inventor;
  /** What must never be shown, whatever it looks like. */
  keepSecret(secret: string): void;
}

/** Members whose texts are words of the API, and say nothing about a tailnet. */
const wordsOfTheApi = new Set([
  "keyType",
  "action",
  "type",
  "origin",
  "role",
  "status",
  "token_type",
  "grant_type",
  "version",
  "scope",
  "scopes",
  "property",
]);

/** Members whose texts are sentences, in which single words may have to go. */
const sentences = new Set(["message", "error", "errors", "warnings", "actionDetails"]);

/** The names under which the audit log has what nobody named. */
const namesOfTheApi = [
  "Auth key",
  "OAuth client",
  "OAuth access token",
  "API access token",
  "Federated identity",
];

const idPattern = /\b([kTunop])[A-Za-z0-9]{3,40}CNTRL\b/g;

/** Those that the emulator's policy file defines, so that it can be asked the same. */
const inventedTags = ["ci", "dev", "k8s", "prod", "server"];

/** The only person in samples. */
const owner = { loginName: "owner@example.com", displayName: "The owner" } as const;

const inventedGroup = "0123456789abcdef".repeat(2);

/** A JWT in form alone. */
const inventedJwt = "eyJhbGciOiJSUzI1NiJ9.e30.invented";

const secretMembers = new Set(["key", "access_token", "client_secret"]);

/** The kind of a secret says something about the API. */
function inventSecret(secret: string): string {
  const kind = /^tskey-([a-z]+)-/.exec(secret)?.[1];
  return kind === undefined ? "[secret]" : `tskey-${kind}-[secret]`;
}

/** What every inventor of a run must know. */
interface Known {
  readonly secrets: Set<string>;
  /** Texts that were replaced as a whole, and could stand in a sentence as well. */
  readonly hidden: Map<string, string>;
}

export function openInventor(known: Known = { secrets: new Set(), hidden: new Map() }): Inventor {
  const { secrets, hidden } = known;
  const ids = new Map<string, string>();
  const tags = new Map<string, string>();

  function inventId(id: string): string {
    if (id === "") return id;
    // A federated identity has the tailnet's id in front of its own.
    if (/^T\w+CNTRL-k\w+CNTRL$/.test(id)) return id.split("-").map(inventId).join("-");
    if (/[.@]/.test(id)) return hide(id, "example.com");
    const earlier = ids.get(id);
    if (earlier !== undefined) return earlier;
    const letter = /^[kTunop]/.exec(id)?.[0] ?? "x";
    const invented = `${letter}Invented${ids.size + 1}CNTRL`;
    ids.set(id, invented);
    return invented;
  }

  function inventTag(tag: string): string {
    const earlier = tags.get(tag);
    if (earlier !== undefined) return earlier;
    if (tag.startsWith("tag:tailscope-test")) return tag;
    const invented = `tag:${inventedTags[tags.size] ?? `invented-${tags.size + 1}`}`;
    tags.set(tag, invented);
    return invented;
  }

  /** Without what is known by its very words. */
  function withoutKnown(original: string): string {
    let result = original;
    for (const secret of secrets) result = result.replaceAll(secret, "[secret]");
    for (const [whole, invented] of hidden) result = result.replaceAll(whole, invented);
    return result;
  }

  function text(original: string): string {
    return withoutKnown(original)
      .replace(/tskey-([a-z]+)-[A-Za-z0-9_-]+/g, "tskey-$1-[secret]")
      .replace(/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, inventedJwt)
      .replace(idPattern, inventId)
      .replace(/\btag:[A-Za-z0-9-]+/g, inventTag)
      .replace(/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, owner.loginName)
      .replace(/\b\d{1,3}(?:\.\d{1,3}){3}\b/g, "192.0.2.1")
      .replace(/\b[\w-]+\.ts\.net\b/g, "invented.ts.net")
      .replace(/\b\d{4}-\d\d-\d\d([T ])\d\d:\d\d:\d\d(\.\d+)?/g, inventTime)
      .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
  }

  /** A text that is no word of the API. */
  function hide(original: string, invented: string): string {
    if (original === "") return original;
    if (original.length >= 6) hidden.set(original, invented);
    return invented;
  }

  function inventText(name: string, value: string, isOurs: boolean): string {
    if (/^\{\w+\.\w+\}$/.test(value)) return value;
    if (name === "eventGroupID") return value.replace(/[0-9a-f]{32}/, inventedGroup);
    if (name === "jwt") return text(value);
    if (isId(name)) return inventId(value);
    if (secretMembers.has(name)) return inventSecret(value);
    if (/^tag:\S+( tag:\S+)*$/.test(value)) return value.split(" ").map(inventTag).join(" ");
    if (wordsOfTheApi.has(name) && /^[\w .:-]{0,400}$/.test(value)) return text(value);
    if (sentences.has(name)) return text(value);
    if (/^\d{4}-\d\d-\d\d[T ]/.test(value)) return text(value);
    if (name === "description")
      return isMarked(value) ? text(value) : hide(value, "something else");
    if (namesOfTheApi.includes(value)) return value;
    if (name === "loginName") return hide(value, owner.loginName);
    if (name === "displayName") return hide(value, owner.displayName);
    if (name === "issuer") return text(value);
    if (name === "subject") return hide(value, inventSubject(value));
    if (name === "audience") return text(value);
    if (/^[A-Z_]+$/.test(value)) return text(value);
    if (isOurs) return text(value);
    return hide(value, "invented");
  }

  function value(original: unknown, name: string, isOurs = false): unknown {
    if (typeof original === "string") return inventText(name, original, isOurs);
    if (Array.isArray(original)) return original.map((one: unknown) => value(one, name, isOurs));
    if (typeof original !== "object" || original === null) return original;
    return Object.fromEntries(
      Object.entries(original).map(([member, part], index) => {
        const isName = /^[A-Za-z_]{1,40}$/.test(member);
        return [isName ? member : `invented${index + 1}`, value(part, member, isOurs)];
      }),
    );
  }

  /** Of a policy file the form alone: nothing of it may leave its tailnet. */
  function policy(original: unknown): unknown {
    if (typeof original !== "object" || original === null) return "invented";
    return Object.fromEntries(
      Object.entries(original)
        .filter(([member]) => /^[A-Za-z_]{1,40}$/.test(member))
        .map(([member, part]) => {
          if (member === "message" && typeof part === "string") return [member, text(part)];
          const owned = member === "tagOwners" && typeof part === "object" && part !== null;
          if (owned)
            return [
              member,
              Object.fromEntries(Object.keys(part).map((tag) => [inventTag(tag), []])),
            ];
          return [member, Array.isArray(part) ? [] : {}];
        }),
    );
  }

  return {
    sent: (original) => mapTexts(value(original, "", true), withoutKnown),
    fresh: () => openInventor(known),
    keepSecret(secret) {
      if (secret.length >= 6) secrets.add(secret);
    },
    text,
    value(original, path = "") {
      const isPolicy = /\/acl(\?|$)/.test(path);
      const invented = isPolicy ? policy(original) : value(original, "");
      // What was replaced in one place may stand in a sentence elsewhere.
      return mapTexts(invented, withoutKnown);
    },
  };
}

/** The same value with every text of it given to `change`. */
export function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((one: unknown) => mapTexts(one, change));
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([name, part]) => [name, mapTexts(part, change)]);
  return Object.fromEntries(members);
}

function isId(name: string): boolean {
  return /^(id|client_id)$|[a-z]I[dD]$/.test(name);
}

/** Nothing but the form of a time stays: how its fraction is written. */
function inventTime(_: string, separator: string, fraction = ""): string {
  return `2026-01-01${separator}00:00:00${fraction.replace(/\d/g, "0")}`;
}

/** The form of a subject, with the numbers that were put into it. */
function inventSubject(subject: string): string {
  const hasIds = /@\d+/.test(subject);
  return hasIds
    ? "repo:invented@1/invented@2:environment:invented"
    : "repo:invented/invented:environment:invented";
}
