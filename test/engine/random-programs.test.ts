/**
 * Thirty random programs through the real engine, edited five times each: every program has a
 * tailnet of its own, so that one `up` deploys them all. After each, exactly what is declared is
 * active in each, and the last preview shows no change.
 */

import fc from "fast-check";
import { type Emulator, startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { newStack } from "./stack";

const programs = 30;
const edits = 5;

const argumentsOf = fc.record({
  kind: fc.constantFrom("OAuthClient", "AuthKey", "FederatedIdentity"),
  tags: fc.subarray(["tag:ci", "tag:prod"], { minLength: 1 }),
  scopes: fc.subarray(["auth_keys", "dns:read", "users", "devices:core"], { minLength: 1 }),
  description: fc.constantFrom("", "one", "two"),
  reusable: fc.boolean(),
  expiry: fc.constantFrom("1d", "30d"),
  subject: fc.constantFrom("repo:a/b:ref:refs/heads/main", "repo:a/b:*"),
});

/** The resources of one program at one time, by their names. */
const oneProgram = fc.dictionary(fc.constantFrom("one", "two", "three", "four"), argumentsOf, {
  minKeys: 0,
  maxKeys: 4,
});

const histories = fc.array(fc.array(oneProgram, { minLength: edits, maxLength: edits }), {
  minLength: programs,
  maxLength: programs,
});

const source = `
const { readFileSync } = require("fs");
JSON.parse(readFileSync(process.env.PROGRAMS, "utf8")).forEach((resources, index) => {
  for (const [name, { kind, tags, scopes, description, reusable, expiry, subject }] of Object.entries(resources)) {
    const common = { tags, description, connection: "t" + index };
    if (kind === "OAuthClient") new OAuthClient(index + "-" + name, { ...common, scopes });
    if (kind === "AuthKey") new AuthKey(index + "-" + name, { ...common, reusable, expiry });
    if (kind === "FederatedIdentity")
      new FederatedIdentity(index + "-" + name, { ...common, scopes, issuer: "https://token.actions.githubusercontent.com", subject });
  }
});
`;

test(`${programs} random programs with ${edits} random edits each leave the tailnet as declared`, async () => {
  const seed = Number(process.env["TAILSCOPE_SEED"] ?? Date.now() % 2 ** 31);
  console.log(`seed ${seed} (TAILSCOPE_SEED repeats it)`);
  const [drawn = []] = fc.sample(histories, { seed, numRuns: 1 });
  const emulators: Emulator[] = [];
  for (let index = 0; index < programs; index++)
    emulators.push(await startEmulator({ rewriteGithubSubjects: index % 2 === 0 }));
  const [first] = emulators as [Emulator, ...Emulator[]]; // Thirty of them.
  await using stack = await newStack(first, source, {});
  try {
    const connections = emulators.map(({ url, clientId, clientSecret }, index) => [
      `t${index}`,
      { baseUrl: url, oauthClientId: clientId, oauthClientSecret: clientSecret },
    ]);
    stack.set("TAILSCALE_BASE_URL", undefined);
    await stack.configure("tailscope:connections", JSON.stringify(Object.fromEntries(connections)));
    // The state is written once, at the end of each run, instead of for each resource.
    stack.set("PULUMI_EXPERIMENTAL", "true");
    stack.set("PULUMI_SKIP_CHECKPOINTS", "true");
    stack.set("PROGRAMS", `${stack.folder}/programs.json`);
    for (let edit = 0; edit < edits; edit++) {
      stack.save("programs.json", JSON.stringify(drawn.map((history) => history[edit])));
      await stack.up();
      const { credentials } = await stack.state();
      for (const [index, emulator] of emulators.entries()) {
        const declared = Object.entries(drawn[index]?.[edit] ?? {}).map(
          ([name, { kind, tags, description }]) => ({
            id: credentials[`${index}-${name}`]?.id,
            kind,
            tags: [...tags].sort(),
            description,
          }),
        );
        const active = emulator.control
          .activeCredentials()
          .map(({ id, keyType, description = "", ...key }) => ({
            id,
            kind: { client: "OAuthClient", auth: "AuthKey", federated: "FederatedIdentity" }[
              keyType as string
            ],
            tags: [...(key.tags ?? key.capabilities?.devices.create.tags ?? [])].sort(),
            description,
          }));
        const byId = (one: { id: string | undefined }, other: { id: string | undefined }) =>
          String(one.id) < String(other.id) ? -1 : 1;
        expect({ index, edit, active: active.sort(byId) }).toEqual({
          index,
          edit,
          active: declared.sort(byId),
        });
      }
    }
    expect(await stack.preview()).toEqual([]);
  } finally {
    for (const emulator of emulators) await emulator.close();
  }
});
