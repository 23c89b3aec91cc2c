/**
 * Answers of the API that its documentation does not know, and policy files that are made to hurt.
 */

import fc from "fast-check";
import { startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { parsePolicy } from "../../emulator/policy-file";
import { matches } from "../../provider/access/patterns";
import { readAuditLog } from "../../provider/api/audit-log";
import { TailscaleError } from "../../provider/api/errors";
import type { Http } from "../../provider/api/http";
import { createRefusal } from "../../provider/api/refusal";
import { openTailnet } from "../../provider/api/tailnet";
import { anything, fuzz, objectOf, text } from "./inputs";

const key = objectOf(
  [
    "id",
    "keyType",
    "key",
    "description",
    "created",
    "expires",
    "expirySeconds",
    "revoked",
    "invalid",
    "scopes",
    "tags",
    "userId",
    "issuer",
    "subject",
    "audience",
    "customClaimRules",
    "capabilities",
  ],
  fc.oneof(
    text,
    fc.constantFrom("client", "auth", "kA", true, 3600, "2026-01-01T00:00:00Z"),
    fc.subarray(["dns", "tag:a"]),
  ),
);

const answer = fc.oneof(
  key,
  fc.record({ keys: fc.oneof(fc.array(key, { maxLength: 3 }), anything) }),
  fc.record({ tagOwners: anything }),
  fc.record({ logs: anything }),
  fc.record({ access_token: anything, expires_in: anything }),
  anything,
);

const operations = [
  "create",
  "createWithSecret",
  "find",
  "change",
  "revoke",
  "allKeys",
  "deployer",
  "tagOwners",
  "audit",
] as const;

test("arbitrary answers of the API never cause a crash", async () => {
  await fuzz(
    "API answers",
    fc.tuple(fc.constantFrom(...operations), fc.array(answer, { minLength: 1, maxLength: 3 })),
    async ([operation, answers]) => {
      let asked = 0;
      const http: Http = {
        baseUrl: "http://127.0.0.1:9",
        serverTime: (time) => time,
        // As they come over the wire.
        send: async () => JSON.parse(JSON.stringify(answers[asked++ % answers.length]) ?? "null"),
        close: async () => {},
      };
      const tailnet = openTailnet(
        {
          baseUrl: http.baseUrl,
          tailnet: "-",
          deployer: { kind: "accessToken", token: "tskey-api-kA-b" },
        },
        { http },
      );
      const keys = tailnet.keys("client");
      const body = { scopes: ["dns"] };
      try {
        if (operation === "create") await keys.create(body);
        if (operation === "createWithSecret") await keys.createWithSecret(body);
        if (operation === "find") await keys.find("kA");
        if (operation === "change") await keys.update("kA", () => body);
        if (operation === "revoke") await keys.revoke("kA");
        if (operation === "allKeys") await tailnet.allKeys();
        if (operation === "deployer") await tailnet.deployer();
        if (operation === "tagOwners") await tailnet.tagOwners();
        if (operation === "audit") await readAuditLog("-", tailnet.api, new Date(0), new Date(1));
        return [];
      } catch (error) {
        expect(error, String(error)).toBeInstanceOf(TailscaleError);
        return [(error as Error).message];
      }
    },
  );
});

test("arbitrary bodies of refusals never cause a crash", async () => {
  const attempt = {
    doing: "create an OAuth client",
    method: "POST",
    effect: "creates",
    path: "/tailnet/-/keys",
    needs: "oauth_keys",
  } as const;
  const body = fc.oneof(
    text,
    anything.map((value) => JSON.stringify(value) ?? ""),
    fc.record({ message: fc.oneof(text, anything) }).map((value) => JSON.stringify(value)),
  );
  await fuzz(
    "bodies of refusals",
    fc.tuple(fc.integer({ min: 300, max: 599 }), body),
    ([status, content]) => {
      const { message } = createRefusal(
        attempt,
        { status, body: content },
        {
          name: "the deployer kA",
          scopes: ["dns"],
        },
      );
      expect(message).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e]/);
      expect(message.length).toBeLessThan(2000);
      return [message.split("\n").slice(1).join("\n")];
    },
  );
});

test("arbitrary policy files never cause a crash", async () => {
  const policy = objectOf(
    ["tagOwners", "groups", "acls", "tests"],
    fc.oneof(fc.dictionary(text, fc.array(text, { maxLength: 2 }), { maxKeys: 2 }), anything),
  );
  await fuzz(
    "policy files",
    fc.oneof(
      policy.map((value) => JSON.stringify(value)),
      text,
      fc.tuple(text, text).map(([one, other]) => `{"tagOwners": {${one}/*${other}*/}}`),
    ),
    (content) => {
      const parsed = parsePolicy(content);
      return "problem" in parsed ? [parsed.problem] : [];
    },
  );
});

test("the emulator survives policy files of ten megabytes or ten thousand levels", async () => {
  await using emulator = await startEmulator();
  const send = (body: string, path = "") =>
    fetch(`${emulator.url}/api/v2/tailnet/-/acl${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${emulator.apiKey}` },
      body,
    });
  const deep = (open: string, close: string) => `${open.repeat(10_000)}${close.repeat(10_000)}`;
  const hurtful = [
    `{"tagOwners":{"tag:a":["${"x".repeat(10_000_000)}"]}}`,
    deep("[", "]"),
    `{"acls":${deep('{"a":', "}").replace(":}", ":1}")}}`,
    `{"tagOwners":${deep("[", "]")}}`,
    "/*".repeat(100_000),
  ];
  for (const body of hurtful) {
    for (const path of ["", "/validate"]) {
      const response = await send(body, path);
      expect(response.status, body.slice(0, 40)).toBeLessThan(500);
      await response.text();
    }
  }
  expect(
    (
      await fetch(`${emulator.url}/api/v2/tailnet/-/keys`, {
        headers: { authorization: `Bearer ${emulator.apiKey}` },
      })
    ).status,
  ).toBe(200);
});

test("malicious patterns take no longer than others", () => {
  const time = (length: number) => {
    const [pattern, value] = [`${"*a".repeat(length / 100)}*b`, "a".repeat(length)];
    // Of this process alone: what else the machine does takes none of it.
    const started = process.cpuUsage();
    for (let round = 0; round < 20; round++) matches(pattern, value);
    return process.cpuUsage(started).user / 1000;
  };
  time(10_000);
  const [short, long] = [Math.max(1, time(20_000)), time(200_000)];
  // Ten times the length takes about ten times as long, not a hundred times.
  expect(long / short).toBeLessThan(40);
});
