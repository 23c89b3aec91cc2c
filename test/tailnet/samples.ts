/**
 * Answers of a tailnet as files of test/recorded, which hold the emulator to them: what shows a
 * fact, with the requests that led there.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Sample, SampleRequest, Step } from "../recorded/sample.ts";
import type { Result } from "./examination.ts";
import { type Inventor, mapTexts } from "./inventions.ts";
import { bodyOf, type Shown } from "./outcome.ts";
import { bearer, type Self } from "./session.ts";
import { type Answer, textAt } from "./wire.ts";

export interface SampleOptions {
  /** Every answer of the run, in order. */
  readonly history: readonly Answer[];
  readonly self: Self;
  readonly inventor: Inventor;
  /** Where they come from, for example `"npm run test:tailnet, https://api.tailscale.com"`. */
  readonly source: string;
  readonly date: string;
}

/** The samples of a run by file name. */
export function samplesOf(
  results: readonly Result[],
  options: SampleOptions,
): ReadonlyMap<string, Sample> {
  const writer = sampleWriter(options);
  const samples = new Map<string, Sample>();
  for (const { fact, outcome } of results) {
    if (outcome.kind === "not testable" || outcome.kind === "failed") continue;
    let number = 0;
    for (const shown of outcome.shown) {
      const sample = writer(fact.id, shown);
      if (sample === undefined) continue;
      number++;
      samples.set(`${fact.id}${number === 1 ? "" : `-${number}`}.json`, sample);
    }
  }
  return samples;
}

export function writeSamples(folder: string, samples: ReadonlyMap<string, Sample>): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, sample] of samples)
    writeFileSync(join(folder, name), `${JSON.stringify(sample, undefined, 2)}\n`);
}

/** Thrown where the form of test/recorded has no words for a request. */
class NotExpressible extends Error {}

function sampleWriter({ history, self, inventor: shared, source, date }: SampleOptions) {
  const trail = followTrail(history, self);

  return (fact: string, shown: Shown): Sample | undefined => {
    if (typeof shown === "string") return undefined;
    const part = "members" in shown ? shown : undefined;
    const answer = part?.answer ?? (shown as Answer); // It is one of the two.
    if (saysTooMuch(answer) || part?.members.length === 0) return undefined;
    const inventor = shared.fresh();
    try {
      const steps = trail.stepsTo(answer, part?.members);
      const names = namesIn(steps, self);
      const before = steps.map((step) => spellStep(step, names, inventor));
      const requestId = answer.headers["x-tailscale-request-id"] !== undefined;
      return {
        source,
        date,
        fact,
        ...(before.length > 0 && { before }),
        request: spellRequest(answer, names, inventor),
        status: answer.status,
        ...(requestId &&
          answer.status >= 400 && { headers: { "x-tailscale-request-id": "invented" } }),
        body:
          inventor.value(part === undefined ? answer.body : bodyOf(part), answer.request.path) ??
          null,
      };
    } catch (error) {
      if (error instanceof NotExpressible) return undefined;
      throw error;
    }
  };

  function spellStep(step: Answer, names: Names, inventor: Inventor): Step {
    const name = names.get(textAt(step.body, "id"));
    const request = spellRequest(step, names, inventor);
    return isCreation(step) && name !== undefined ? { ...request, name } : request;
  }

  function spellRequest({ request }: Answer, names: Names, inventor: Inventor): SampleRequest {
    const as = trail.senderOf(request.authorization, names);
    const placeholders = (text: string) => trail.withPlaceholders(text, names);
    const body = sentBody(request);
    return {
      ...(as !== undefined && { as }),
      method: request.method,
      path: inventor.text(placeholders(inOwnTailnet(request.path))),
      ...(body !== undefined && {
        body: inventor.sent(mapTexts(body, placeholders)),
      }),
    };
  }
}

/** The names of credentials in a sample, by id. */
type Names = ReadonlyMap<string, string>;

function namesIn(steps: readonly Answer[], self: Self): Names {
  const names = new Map<string, string>();
  if (self.kind === "client") names.set(self.id, "start");
  const words: Readonly<Record<string, string>> = { client: "client", federated: "identity" };
  const counts = new Map<string, number>();
  for (const { body } of steps.filter(isCreation)) {
    const word = words[textAt(body, "keyType")] ?? "key";
    const count = (counts.get(word) ?? 0) + 1;
    counts.set(word, count);
    names.set(textAt(body, "id"), `${word}${count === 1 ? "" : count}`);
  }
  return names;
}

const isCreation = ({ request, status, body }: Answer) =>
  request.method === "POST" &&
  request.path.endsWith("/keys") &&
  status === 200 &&
  textAt(body, "id") !== "";

/** Which credential a change or a token request is about. */
function subjectOf({ request }: Answer, idOfSecret: ReadonlyMap<string, string>): string {
  if (request.path === "/oauth/token")
    return idOfSecret.get(request.form?.["client_secret"] ?? "") ?? "";
  return /\/keys\/([^/?]+)$/.exec(request.path)?.[1] ?? "";
}

/** Who made what, and whose each secret and token is. */
function followTrail(history: readonly Answer[], self: Self) {
  const made = new Map<string, Answer>();
  const idOfSecret = new Map<string, string>();
  /** The client that a token came from; none where it has less than all that the client holds. */
  const clientOfToken = new Map<string, string | undefined>();
  if (self.kind === "client") idOfSecret.set(self.secret, self.id);
  for (const answer of history) {
    if (isCreation(answer)) {
      made.set(textAt(answer.body, "id"), answer);
      const secret = textAt(answer.body, "key");
      if (secret !== "") idOfSecret.set(secret, textAt(answer.body, "id"));
    }
    const token = textAt(answer.body, "access_token");
    const { form = {} } = answer.request;
    const isNarrowed = form["scope"] !== undefined || form["tags"] !== undefined;
    if (token !== "")
      clientOfToken.set(bearer(token), isNarrowed ? undefined : subjectOf(answer, idOfSecret));
  }

  /** The credentials that a value names. */
  function idsIn(value: unknown): readonly string[] {
    const text = JSON.stringify(value) ?? "";
    const secrets = [...idOfSecret].filter(([secret]) => text.includes(secret));
    return [...made.keys(), ...secrets.map(([, id]) => id)].filter(
      (id) => text.includes(id) || secrets.some(([, other]) => other === id),
    );
  }

  /** What there must be before an exchange: what it names, who sends it, and so on. */
  function needsOf(value: unknown, authorization: string | undefined, found: Set<string>): void {
    const sender = clientOfToken.get(authorization ?? "");
    for (const id of [...idsIn(value), ...(sender === undefined ? [] : [sender])]) {
      const creation = made.get(id);
      if (found.has(id) || creation === undefined) continue;
      found.add(id);
      needsOf(creation.request, creation.request.authorization, found);
    }
  }

  return {
    /** The exchanges that lead to an answer, where only `members` of it are of interest. */
    stepsTo(answer: Answer, members: unknown): readonly Answer[] {
      const earlier = history.slice(0, history.indexOf(answer));
      const needed = new Set<string>();
      const { authorization, ...request } = answer.request;
      needsOf([request, members], authorization, needed);
      const isLog = answer.request.path.includes("/logging/");
      return earlier.filter((step) => {
        if (step.status !== 200) return false;
        if (isCreation(step)) return needed.has(textAt(step.body, "id"));
        const isChange = step.request.method === "PUT" || step.request.method === "DELETE";
        const isUse = isLog && step.request.path === "/oauth/token";
        return (isChange || isUse) && needed.has(subjectOf(step, idOfSecret));
      });
    },

    /** How a sample calls whoever sent a request; undefined for the owner of the tailnet. */
    senderOf(authorization: string | undefined, names: Names): string | undefined {
      if (authorization === undefined) return undefined;
      if (self.kind === "user" && authorization === bearer(self.token)) return undefined;
      if (!authorization.startsWith("Bearer ")) throw new NotExpressible();
      if (!clientOfToken.has(authorization)) return "nobody";
      const id = clientOfToken.get(authorization);
      const name = id === undefined ? undefined : names.get(id);
      if (name === undefined) throw new NotExpressible();
      return name;
    },

    withPlaceholders(text: string, names: Names): string {
      let result = text;
      for (const [secret, id] of idOfSecret)
        if (names.has(id)) result = result.replaceAll(secret, `{${names.get(id)}.key}`);
      for (const [id, name] of names) result = result.replaceAll(id, `{${name}.id}`);
      // A part of an id has no placeholder.
      if ([...made.keys()].some((id) => result.includes(id.slice(1, -1))))
        throw new NotExpressible();
      return result;
    },
  };
}

/** What is sent, in the form that a sample has it. */
function sentBody({ json, form, text }: Answer["request"]): unknown {
  if (json !== undefined || form !== undefined) return json ?? form;
  return text === undefined || text === "" ? undefined : (JSON.parse(text) as unknown); // As it was sent.
}

/**
 * Of people and the policy file nothing may be kept, and their answers show no more than that there
 * are some.
 */
function saysTooMuch({ request, status }: Answer): boolean {
  return status === 200 && /\/(users|acl)(\?|$)/.test(request.path) && request.method === "GET";
}

/** A sample speaks of its own tailnet as `-`, and has one other. */
function inOwnTailnet(path: string): string {
  return path.replace(/^\/tailnet\/([^/]+)/, (_, tailnet: string) =>
    tailnet.startsWith("tailscope-test-") ? "/tailnet/another.example.com" : "/tailnet/-",
  );
}
