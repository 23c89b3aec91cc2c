/** A program finds in Pulumi's output which requests failed, and how. */

import { findRequestErrors } from "tailscope";
import { expect, test } from "vitest";
import type { Attempt, TailscaleError } from "../../provider/api/errors";
import { NotFound } from "../../provider/api/errors";
import {
  createAlreadyRevoked,
  createNotVisible,
  createRefusal,
  createUnreachable,
} from "../../provider/api/refusal";

const attempts: readonly Attempt[] = [
  {
    doing: "create an OAuth client",
    method: "POST",
    effect: "creates",
    path: "/tailnet/-/keys",
    needs: "oauth_keys",
  },
  {
    doing: "read the auth key kA1CNTRL",
    method: "GET",
    path: "/tailnet/example.com/keys/kA1CNTRL",
  },
  { doing: "update the OAuth client k1", method: "PUT", path: "/tailnet/a%40b.example/keys/k1" },
  { doing: "list the keys", method: "GET", path: "/tailnet/-/keys?all=true" },
  {
    doing: "give a token to the OAuth client",
    method: "POST",
    effect: "repeatable",
    path: "/oauth/token",
    grant: { kind: "clientCredentials" },
  },
];

/** The error as the engine prints it, among other lines. */
function printed(error: TailscaleError): string {
  return `error: update failed\n  tailscope:OAuthClient (ci):\n    error: ${error.message}\n\nResources:\n    1 errored`;
}

const statuses = [302, 400, 401, 402, 403, 404, 409, 412, 429, 500, 503];
const refusals = attempts.flatMap((attempt) =>
  statuses.flatMap((status) =>
    [undefined, "req-7f3a.b-c_d"].map((requestId) => ({ attempt, status, requestId })),
  ),
);

test.each(refusals)(
  "the status, the request and its id are found in a failure: $status $attempt.doing $requestId",
  ({ attempt, status, requestId }) => {
    const body = JSON.stringify({ message: "no (really), POST /nothing" });
    const error = createRefusal(attempt, { status, body, requestId });
    const { doing: action, method, path } = attempt;
    expect(error).toMatchObject({ attempt, status, requestId });
    expect(findRequestErrors(printed(error))).toMatchObject([
      { name: "RequestError", action, method, path, status, requestId },
    ]);
  },
);

test.each(attempts)("a failure without an answer has no status: $doing", (attempt) => {
  const error = createUnreachable(attempt, "https://api.tailscale.com", "read ECONNRESET");
  const { doing: action, method, path } = attempt;
  expect(findRequestErrors(printed(error))).toMatchObject([
    { action, method, path, status: undefined, requestId: undefined },
  ]);
});

test("a failure about a hidden or revoked credential is found too", () => {
  const [, attempt] = attempts as [Attempt, Attempt]; // There are five.
  const hidden = createNotVisible(attempt, new NotFound("no"), "auth_keys:read");
  expect(findRequestErrors(printed(hidden))).toMatchObject([{ status: 404, path: attempt.path }]);
  expect(findRequestErrors(printed(createAlreadyRevoked(attempt)))).toMatchObject([
    { action: attempt.doing, status: undefined },
  ]);
});

test("each failure is found once, in the order of the output, and other lines are not", () => {
  const texts = [403, 429, 403].map(
    (status) => createRefusal(attempts[0] as Attempt, { status, body: "" }).message, // There are five.
  );
  const output = `Previewing update (dev)\nerror: OAuthClient: name: is empty (400 characters)\n${texts.join("\n")}`;
  expect(findRequestErrors(output).map(({ status }) => status)).toEqual([403, 429]);
  expect(findRequestErrors("")).toEqual([]);
});
