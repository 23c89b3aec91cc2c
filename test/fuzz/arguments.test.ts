/**
 * Arguments of the three resources, stack config and the environment: whatever comes, a message
 * with the place, or a right answer.
 */

import fc from "fast-check";
import { expect, test } from "vitest";
import { resourceTypes } from "../../provider/access/kinds";
import { readConnection } from "../../provider/api/settings/connection";
import { SettingsError } from "../../provider/api/settings/error";
import { definitions } from "../../provider/definitions/all";
import { checkInputs } from "../../provider/engine/check";
import { applyRead, applyWrite, findChanges } from "../../provider/engine/state";
import { holdsUnknown } from "../../provider/engine/unknowns";
import { anything, fuzz, objectOf, text } from "./inputs";

const likely: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  scopes: fc.subarray(["auth_keys", "dns:read", "auth_key", "devices"], { minLength: 1 }),
  tags: fc.subarray(["tag:ci", "ci", "tag:prod"], { minLength: 1 }),
  unlistedScopes: fc.subarray(["auth_key", "new"]),
  description: fc.constantFrom("CI", "a_b", "x".repeat(60)),
  issuer: fc.constantFrom("https://i.example.com", "http://i.example.com", "x"),
  subject: text,
  customClaimRules: fc.dictionary(fc.constantFrom("ref", "sub"), text),
  mintedBy: fc.dictionary(fc.constantFrom("clientId", "clientSecret"), text),
  recreateIfInvalid: fc.constantFrom("always", "never", "maybe"),
  generation: fc.integer(),
};

/** For durations, flags and names, which are all the rest. */
const other = fc.constantFrom("90d", 3600, "1w", "12h", true, false, "prod");

/** Arguments of a resource, mostly right; those that must be there mostly are. */
function argumentsOf(names: readonly string[]): fc.Arbitrary<Record<string, unknown>> {
  const each = Object.fromEntries(
    names.map((name) => [
      name,
      fc.oneof({ weight: 9, arbitrary: likely[name] ?? other }, { weight: 1, arbitrary: anything }),
    ]),
  );
  const requiredKeys = names.filter((name) => ["scopes", "issuer", "subject"].includes(name));
  return fc.oneof(
    { weight: 4, arbitrary: fc.record(each, { requiredKeys }) },
    { weight: 1, arbitrary: objectOf(names, text) },
  );
}

test.each(resourceTypes)("arbitrary arguments of %s never cause a crash", async (kind) => {
  const definition = definitions[kind];
  const names = Object.keys(definition.inputs.shape);
  await fuzz(`arguments of ${kind}`, argumentsOf(names), (given) => {
    const { inputs, failures } = checkInputs(definition, given);
    for (const { property, reason } of failures) {
      expect(property).not.toBe("");
      expect(reason).not.toBe("");
    }
    if (failures.length === 0 && !holdsUnknown(given)) {
      // What is right once is right again, in the same form, and is no change.
      expect(checkInputs(definition, inputs)).toMatchObject({ inputs, failures: [] });
      const state = applyWrite(definition, inputs, { ...inputs });
      expect(findChanges(definition, state, inputs)).toEqual({
        inPlace: [],
        replacing: [],
        bookkeeping: [],
      });
      applyRead(definition, state, given);
    }
    return failures.map(({ property, reason }) => `${property.slice(0, 20)}: ${reason}`);
  });
});

const variables = [
  "TAILSCALE_API_KEY",
  "TAILSCALE_OAUTH_CLIENT_ID",
  "TAILSCALE_OAUTH_CLIENT_SECRET",
  "TAILSCALE_IDENTITY_TOKEN",
  "TAILSCALE_IDENTITY_TOKEN_FILE",
  "TAILSCALE_AUDIENCE",
  "TAILSCALE_TAILNET",
  "TAILSCALE_BASE_URL",
  "TAILSCOPE_TIMEOUT",
];

const connections = fc.oneof(
  text,
  anything.map((value) => JSON.stringify(value) ?? ""),
  fc
    .dictionary(
      fc.constantFrom("prod", "dev"),
      objectOf(
        [
          "apiKey",
          "oauthClientId",
          "oauthClientSecret",
          "baseUrl",
          "tailnet",
          "identityTokenFile",
          "environment",
        ],
        text,
      ),
    )
    .map((value) => JSON.stringify(value)),
);

test("arbitrary stack config and environment variables never cause a crash", async () => {
  const environment = fc.dictionary(
    fc.constantFrom(...variables),
    fc.oneof(
      text,
      fc.constantFrom("https://api.example.com", "http://10.0.0.1", "30s", "tskey-api-kA-b"),
    ),
    { maxKeys: 5 },
  );
  const config = fc.dictionary(
    fc.constantFrom(
      "tailscope:apiKey",
      "tailscope:oauthClientId",
      "tailscope:tailnet",
      "tailscope:baseUrl",
    ),
    text,
    { maxKeys: 3 },
  );
  const name = fc.option(fc.constantFrom("prod", "dev", "__proto__", "stagin"), { nil: undefined });
  await fuzz(
    "stack config and environment",
    fc.tuple(environment, config, connections, name),
    ([variables, keys, all, wanted]) => {
      const values: Record<string, string> = { ...keys, "tailscope:connections": all };
      try {
        const { baseUrl } = readConnection(variables, (key) => values[key], wanted);
        expect(baseUrl).toMatch(/^(https:\/\/|http:\/\/(localhost|127\.|\[::1\]))/);
        return [];
      } catch (error) {
        expect(error).toBeInstanceOf(SettingsError);
        // What to write instead stands in a line of its own.
        expect((error as Error).message).toMatch(/\n {2}\S/);
        return [(error as Error).message];
      }
    },
  );
});
