/** Exported state of as many credentials as wanted, without the engine's having made each. */

import { readFileSync, writeFileSync } from "node:fs";
import { type Emulator, makeStack } from "./stack.ts";

/** A credential in exported state, as far as it is changed here. */
export interface Exported {
  readonly deployment: { readonly resources: readonly Resource[] };
}

interface Resource {
  readonly urn: string;
  readonly id?: string;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** What the engine writes of one OAuth client. */
export function exportResource(emulator: Emulator): Exported {
  const stack = makeStack("ours", 1, emulator);
  try {
    stack.run(1, "up");
    return JSON.parse(readFileSync(stack.export(), "utf8")) as Exported; // The engine's own form.
  } finally {
    stack.close();
  }
}

/** Writes the same state with as many clients, each by its id. */
export function writeMultiplied(
  { deployment, ...rest }: Exported,
  ids: readonly string[],
  file: string,
): void {
  const others = deployment.resources.filter(({ id, urn }) => !isClient(urn) || id === undefined);
  const one = deployment.resources.find(({ urn }) => isClient(urn));
  if (one === undefined) throw new Error("the exported state has no OAuth client");
  const clients = ids.map((id, index) => ({
    ...one,
    id,
    urn: one.urn.replace(/client-0$/, `client-${index}`),
    outputs: { ...one.outputs, clientId: id },
  }));
  const many = { ...rest, deployment: { ...deployment, resources: [...others, ...clients] } };
  writeFileSync(file, JSON.stringify(many, undefined, 4));
}

const isClient = (urn: string) => urn.includes("tailscope:OAuthClient::client-");
