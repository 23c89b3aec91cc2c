/**
 * The emulator takes and refuses policy files as Tailscale's own control plane did, in the same
 * words.
 */

import { type Emulator, startEmulator } from "tailscope-emulator";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accepted, refused } from "../reach/captures";
import { as } from "./client";

let emulator: Emulator;

beforeAll(async () => {
  emulator = await startEmulator();
});

afterAll(() => emulator.close());

const write = (policy: unknown) =>
  as(emulator, emulator.apiKey)("POST", "/acl", JSON.stringify(policy));

test.each(accepted)("the policy file of capture $id is accepted", async ({ policy }) => {
  expect(await write(policy)).toMatchObject({ status: 200 });
});

test.each(refused)(
  "the policy file of capture $id is refused: $message",
  async ({ policy, status, message }) => {
    // The capture names another domain there than its own file.
    const expected = message.replace("PASSKEY", "EXAMPLE.COM");
    expect(await write(policy)).toMatchObject({ status, body: { message: expected } });
  },
);
