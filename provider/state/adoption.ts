/**
 * Existing credentials as a program and as the file for `pulumi import --file`. Pure. Nothing that exists is changed: the state
 * is written as a create would have left it, and the program says what the tailnet has.
 */

import { providerText } from "../access/provider-text";
import { knownScopes, legacyScopes } from "../access/scopes";
import type { Key } from "../api/keys/key";
import { type AnyDefinition, definitionOfKey } from "../definitions/all";
import { checkInputs } from "../engine/check";
import type { Properties } from "../engine/resource";
import { stateAfterWrite } from "../engine/state";
import { notKnownSecret } from "../engine/unknown-secret";
import { absentIfEmpty, withoutUndefined } from "../engine/unknowns";
import { isShortLivedToken } from "./inventory";

export interface Adopted {
  readonly id: string;
  readonly kind: string;
  /** The resource's name in Pulumi. */
  readonly name: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
}

/** What cannot be adopted, and why. */
export interface Refused {
  readonly id: string;
  readonly reason: string;
}

/**
 * @param names of resources by the credentials' ids, where they had one before
 */
export function adopt(
  keys: readonly Key[],
  names: ReadonlyMap<string, string> = new Map(),
): { adopted: Adopted[]; refused: Refused[] } {
  const taken = new Set<string>();
  const adopted: Adopted[] = [];
  const refused: Refused[] = [];
  for (const key of keys) {
    const definition = definitionOfKey(key.keyType);
    if (definition === undefined) {
      refused.push({
        id: key.id,
        reason: isShortLivedToken(key)
          ? "it is a token that ends within an hour, and is no resource"
          : "API access tokens belong to users, and are no resources",
      });
      continue;
    }
    const wanted = argumentsOf(key, definition);
    // What exists is right: where we would let nobody ask for it, it is taken as it is.
    const inputs = { ...withoutEmpty(wanted), ...checkInputs(definition, wanted).inputs };
    const name = freeName(
      names.get(key.id) ??
        slug(key.description || `${kindWords[definition.type] ?? definition.type} ${key.id}`),
      taken,
    );
    adopted.push({
      id: key.id,
      kind: definition.type,
      name,
      inputs,
      outputs: stateOf(definition, inputs, key),
    });
  }
  return { adopted, refused };
}

const kindWords: Record<string, string> = {
  OAuthClient: "client",
  AuthKey: "auth key",
  FederatedIdentity: "identity",
};

/** A program leaves out what is empty, and so does the normal form of inputs. */
function withoutEmpty(inputs: Properties): Properties {
  return Object.fromEntries(
    Object.entries(inputs).filter(([, value]) => absentIfEmpty(value) !== undefined),
  );
}

/** The arguments with which a program would have made it. */
function argumentsOf(key: Key, definition: AnyDefinition): Properties {
  const seen = definition.seen(key);
  const wanted = Object.fromEntries(
    Object.keys(definition.inputs.shape).map((name) => [name, seen[name]]),
  );
  // The one that Tailscale made for it, which a program leaves out.
  if (wanted["audience"] === `api.tailscale.com/${key.id}`) delete wanted["audience"];
  const unlisted = (key.scopes ?? []).filter(
    (scope) => !knownScopes.includes(scope) && !legacyScopes.has(scope),
  );
  return withoutUndefined({ ...wanted, ...(unlisted.length > 0 && { unlistedScopes: unlisted }) });
}

function stateOf(definition: AnyDefinition, inputs: Properties, key: Key): Properties {
  const secrets = definition.outputs.filter((output) => definition.secrets.includes(output));
  return withoutUndefined({
    ...stateAfterWrite(definition, inputs, definition.seen(key)),
    ...Object.fromEntries(secrets.map((secret) => [secret, notKnownSecret])),
    __provider: providerText(definition.type),
  });
}

function slug(text: string): string {
  const words = text
    .normalize("NFKD")
    .replace(/[\p{M}]/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return words === "" ? "credential" : words;
}

function freeName(name: string, taken: Set<string>): string {
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${name}-${number}`;
  taken.add(free);
  return free;
}

/** The file for `pulumi import --file`: inputs and outputs of each, the form that dynamic resources need (CLI 3.254.0 and later). */
export function importFile(adopted: readonly Adopted[]): string {
  const resources = adopted.map(({ id, kind, name, inputs, outputs }) => ({
    type: `pulumi-nodejs:dynamic/tailscope:${kind}`,
    name,
    id,
    inputs: { ...inputs, __provider: providerText(kind) },
    outputs,
  }));
  return `${JSON.stringify({ resources }, undefined, 2)}\n`;
}

/**
 * The program, in TypeScript. What an argument is by default is left out. Nothing is exported: an export of a whole resource shows all
 * of it at every run.
 */
export function programFor(adopted: readonly Adopted[]): string {
  const kinds = [...new Set(adopted.map(({ kind }) => kind))].sort();
  const used = new Set<string>();
  const resources = adopted.map(({ id, kind, name, inputs }) => {
    const given = Object.entries(inputs).filter(
      ([argument, value]) => argument !== "__provider" && value !== false && value !== undefined,
    );
    const lines = given.map(([argument, value]) => `  ${argument}: ${literal(value)},\n`);
    return `/** ${id} */\nconst ${variable(name, used)} = new ${kind}(${JSON.stringify(name)}, {\n${lines.join("")}});\n`;
  });
  return `// Existing credentials, adopted as they are. Their secrets are not known here: rotateEvery or a replacement gets new ones.\n\nimport { ${kinds.join(", ")} } from "tailscope";\n\n${resources.join("\n")}`;
}

function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([name, member]) => `${propertyName(name)}: ${literal(member)}`)
    .join(", ")} }`;
}

function propertyName(name: string): string {
  // Written plainly, or as a string, it would set the prototype.
  if (name === "__proto__") return '["__proto__"]';
  return /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
}

/** Words that no variable at the top of a TypeScript module can be called, of those that a name of ours could become. */
const reserved = new Set(
  "await break case catch class const continue debugger default delete do else enum export extends false finally for function if implements import in instanceof interface let new null package private protected public return static super switch this throw true try typeof var void while with yield arguments eval undefined globalThis exports require module".split(
    " ",
  ),
);

/**
 * A name for the variable of a resource: no word of the language, no other name of the program, and with a small letter in front, so
 * that it hides none of the classes and none of what every module has (`Object`, `Promise`).
 */
function variable(name: string, used: Set<string>): string {
  const camel = name
    .replace(/[^A-Za-z0-9]+(.)?/g, (_, next: string | undefined) => next?.toUpperCase() ?? "")
    .replace(/^[A-Z]/, (first) => first.toLowerCase());
  const plain = /^[a-z]/.test(camel) && !reserved.has(camel) ? camel : `_${camel}`;
  let free = plain;
  for (let number = 2; used.has(free); number++) free = `${plain}_${number}`;
  used.add(free);
  return free;
}
