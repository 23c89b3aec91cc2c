/** Requests to the services that a cloud offers on the machine's own link. */

import type { z } from "zod";
import { sanitize } from "../../../access/sanitize";
import { type Answer, ask, type Question } from "../../../network/ask";
import { type Environment, isConfidential, isLinkLocal } from "../../../network/proxy";
import { SettingsError } from "../../settings/error";

/**
 * How long to wait for a service that may not exist. If it does, it answers within milliseconds.
 */
export const probeMilliseconds = 2000;

/** How long to wait for a service that exists. */
export const answerMilliseconds = 10_000;

/**
 * Checks an address that credentials come from: it must use https, or plain http if the request
 * cannot leave this machine's own link.
 * @param name the name in messages of the setting that holds it
 */
export function requireTrustedAddress(address: string, name: string): string {
  if (URL.canParse(address)) {
    const { protocol, hostname } = new URL(address);
    if (isConfidential(address) || (protocol === "http:" && isLinkLocal(hostname))) return address;
  }
  throw new SettingsError(
    `${name} is neither https nor an address of this machine or its own link, so others could read its answer.\n  Unset it, or write an https address.`,
  );
}

/** Asks a service that exists; the answer must be a success. */
export async function fetchText(
  address: string,
  question: Omit<Question, "timeout">,
  environment: Environment,
): Promise<string> {
  const answer = await ask(
    address,
    { ...question, timeout: answerMilliseconds, repeatable: true },
    environment,
  );
  if (answer.status === 200) return answer.text;
  throw new Error(`${new URL(address).pathname} failed with status ${answer.status}`);
}

/** Asks a service that may not exist; undefined if nothing answers. */
export async function probe(
  address: string,
  question: Omit<Question, "timeout">,
  environment: Environment,
): Promise<Answer | undefined> {
  try {
    return await ask(address, { ...question, timeout: probeMilliseconds }, environment);
  } catch {
    return undefined;
  }
}

/** Parses JSON of a known shape. Errors never show its content, because it may be secret. */
export function parseJson<Shape>(text: string, shape: z.ZodType<Shape>): Shape {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error("its answer is not JSON");
  }
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(
    `its answer has no ${sanitize(parsed.error.issues.map(({ path }) => path.join(".")).join(", ")) || "object"}`,
  );
}
