/** A sample, asked of an emulator. */

import { exportJWK, generateKeyPair, SignJWT } from "jose";
import type { Emulator } from "tailscope-emulator";
import { expect } from "vitest";
import type { Sample, SampleRequest } from "./sample";

const signing = await generateKeyPair("RS256");
const published = { keys: [{ ...(await exportJWK(signing.publicKey)), kid: "one", alg: "RS256" }] };

type Kept = Record<string, Record<string, unknown>>;

const signed = ({ issuer, subject, audience }: Record<string, unknown>) =>
  new SignJWT({ iss: String(issuer), sub: String(subject), aud: String(audience) })
    .setProtectedHeader({ alg: "RS256", kid: "one" })
    .setExpirationTime("5m")
    .sign(signing.privateKey);

/** `value` with what its placeholders stand for, for example `{client.id}`. */
function filled<Value>(value: Value, kept: Kept): Value {
  const text = JSON.stringify(value).replace(/\{(\w+)\.(\w+)\}/g, (_, name, member) => {
    const found = kept[name]?.[member];
    if (typeof found !== "string") throw new Error(`nothing is kept as ${name}.${member}`);
    return found;
  });
  return JSON.parse(text) as Value; // The same value, apart from texts.
}

/** Recorded times are long past: the log is asked for the day around now. */
function around(path: string): string {
  const day = 24 * 60 * 60 * 1000;
  return path
    .replace(/\bstart=[^&]*/, `start=${new Date(Date.now() - day).toISOString()}`)
    .replace(/\bend=[^&]*/, `end=${new Date(Date.now() + day).toISOString()}`);
}

/** The token with which `as` sends. */
async function tokenOf(emulator: Emulator, as: string, kept: Kept): Promise<string> {
  if (as === "nobody") return "nonsense";
  const role = Object.entries(emulator.roles).find(([name]) => name === as);
  if (role !== undefined) return role[1];
  const secret = kept[as]?.["key"];
  if (typeof secret !== "string") throw new Error(`no credential is kept as ${as}`);
  const path = "/oauth/token";
  const { body } = await send(
    emulator,
    { method: "POST", path, body: { client_secret: secret } },
    {},
  );
  return (body as { access_token: string }).access_token;
}

async function send(emulator: Emulator, asked: SampleRequest, kept: Kept) {
  const { as = "owner", method, path, body } = filled(asked, kept);
  const isForm = path.startsWith("/oauth/");
  const response = await fetch(`${emulator.url}/api/v2${around(path)}`, {
    method,
    headers: isForm ? {} : { authorization: `Bearer ${await tokenOf(emulator, as, kept)}` },
    ...(body !== undefined && {
      body: isForm
        ? new URLSearchParams(body as Record<string, string>) // The samples have texts there alone.
        : JSON.stringify(body),
    }),
  });
  const text = await response.text();
  const parsed: unknown = text === "" ? null : JSON.parse(text);
  return { status: response.status, headers: response.headers, body: parsed };
}

/** What the emulator answers to the sample's request, after what led to it. */
export async function replay(emulator: Emulator, { before = [], request }: Sample) {
  emulator.control.publishIssuerKeys("https://issuer.example.com", published);
  const { clientId, clientSecret, controlToken, url } = emulator;
  const kept: Kept = { start: { id: clientId, key: clientSecret } };
  for (const step of before) {
    if ("control" in step) {
      const done = await fetch(`${url}/control/${step.control}`, {
        method: "POST",
        headers: { authorization: `Bearer ${controlToken}` },
        body: JSON.stringify(filled(step.body, kept)),
      });
      expect(done.status, `${step.control} leads there`).toBe(200);
      continue;
    }
    const { status, body } = await send(emulator, step, kept);
    expect(status, `${step.method} ${step.path} leads there`).toBe(200);
    if (step.name === undefined) continue;
    const members = body as Record<string, unknown>; // A credential or a token, by the status.
    kept[step.name] = { ...members, ...(members["issuer"] ? { jwt: await signed(members) } : {}) };
  }
  return send(emulator, request, kept);
}
