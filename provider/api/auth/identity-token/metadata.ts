/** Services that a cloud has on the machine's own link, and answers of theirs. */

import type { z } from "zod";
import { sanitize } from "../../../access/sanitize";
import { type Answer, ask, type Question } from "../../../network/ask";
import { type Environment, isConfidential, isLinkLocal } from "../../../network/proxy";
import { SettingsError } from "../../settings/error";

/**
 * How long to wait for a service that may not be there: on its own machine it answers within
 * milliseconds.
 */
export const probeMilliseconds = 2000;

/** How long to wait for a service that is there. */
export const answerMilliseconds = 10_000;

/**
 * An address that credentials may come from: https, or plain http where it cannot leave this
 * machine's own link.
 * @param name what messages call the setting it is from
 */
export function requireTrustedAddress(address: string, name: string): string {
  if (URL.canParse(address)) {
    const { protocol, hostname } = new URL(address);
    if (isConfidential(address) || (protocol === "http:" && isLinkLocal(hostname))) return address;
  }
  throw new SettingsError(
    `${name} is neither https nor an address of this machine or its own link, so what it gives could be read on the way.\n  Unset it, or write an https address.`,
  );
}

/** The answer of a service that is there, which must be a success. */
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
  throw new Error(`${new URL(address).pathname} was answered with ${answer.status}`);
}

/** The answer of a service that may be there; undefined where nothing answers. */
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

/** JSON of a known shape; its content is never shown, because it may be secret. */
export function parseJson<Shape>(text: string, shape: z.ZodType<Shape>): Shape {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error("what it gives is not JSON");
  }
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(
    `what it gives has no ${sanitize(parsed.error.issues.map(({ path }) => path.join(".")).join(", ")) || "object"}`,
  );
}
