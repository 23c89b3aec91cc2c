/** A tailnet that is named by its id, with an emulator of that tailnet. */

import { startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { readConnection } from "../../provider/api/settings/connection";
import { openTailnet } from "../../provider/api/tailnet";

test("a client's own tailnet can be named by its id, and the id of another tailnet fails with the reason", async () => {
  await using emulator = await startEmulator();
  const federated = await fetch(`${emulator.url}/api/v2/tailnet/-/keys`, {
    method: "POST",
    headers: { authorization: `Bearer ${emulator.apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({
      keyType: "federated",
      issuer: "https://issuer.example.com",
      subject: "me",
      scopes: ["dns"],
    }),
  });
  const { id } = (await federated.json()) as { id: string };
  const keysOf = async (tailnet: string) => {
    const connection = readConnection(
      {
        TAILSCALE_BASE_URL: emulator.url,
        TAILSCALE_OAUTH_CLIENT_SECRET: emulator.clientSecret,
        TAILSCALE_TAILNET: tailnet,
      },
      () => undefined,
    );
    const opened = openTailnet(connection);
    try {
      return (await opened.allKeys())?.map((key) => key.id);
    } finally {
      await opened.close();
    }
  };
  expect(await keysOf(id.split("-")[0] ?? "")).toContain(id);
  await expect(keysOf("TNobodysCNTRL")).rejects.toThrow(
    /\(403, POST \/oauth\/token.*\): .*\n {2}The OAuth client k\w+ belongs to another tailnet than TNobodysCNTRL: set TAILSCALE_TAILNET/,
  );
});
