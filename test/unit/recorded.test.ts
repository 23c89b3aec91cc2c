/** The provider reads what was recorded of the real API (test/recorded). */

import { expect, test } from "vitest";
import { readAuditLog } from "../../provider/api/audit-log";
import type { ApiClient } from "../../provider/api/auth/client";
import { createTokenSource } from "../../provider/api/auth/token";
import * as errors from "../../provider/api/errors";
import { keySchema } from "../../provider/api/keys/key";
import { createKeyList } from "../../provider/api/keys/shared-list";
import type { LazySchema } from "../../provider/api/lazy-schema";
import * as refusals from "../../provider/api/refusal";
import { type Sample, samples } from "../recorded/sample";

/** An actor whose every request is answered with the sample's body. */
function answering({ body }: Sample): ApiClient {
  return {
    send: async <Answer>(_: unknown, schema: LazySchema<Answer>) => schema().parse(body),
    mayRead: async () => true,
  };
}

const client = {
  kind: "oauthClient",
  clientId: "kInvented1CNTRL",
  clientSecret: "invented",
} as const;

const isTheirs = (sample: Sample, path: RegExp) =>
  sample.status === 200 && path.test(sample.request.path);

const of = (path: RegExp) => samples.filter(([, sample]) => isTheirs(sample, path));

/** The paths of answers that somebody reads, and of those that nobody does. */
const paths = {
  log: /\/logging\/configuration\?/,
  list: /\/keys\?/,
  key: /\/keys(\/[^?]+)?$/,
  token: /\/oauth\//,
  unread: /\/acl\/validate$/,
};

test("every recorded sample is a refusal or has a reader", () => {
  const unknown = samples.filter(
    ([, sample]) =>
      sample.status < 400 && !Object.values(paths).some((path) => isTheirs(sample, path)),
  );
  expect(unknown.map(([name]) => name)).toEqual([]);
});

test.each(of(paths.log))("all entries of the recorded sample %s are read", async (_, sample) => {
  const { logs } = sample.body as { logs: { eventTime: string }[] | null };
  const entries = await readAuditLog("-", answering(sample), new Date(0), new Date(1));
  expect(entries.map(({ eventTime }) => eventTime)).toEqual(
    (logs ?? []).map(({ eventTime }) => eventTime),
  );
  for (const { eventTime } of entries) expect(Date.parse(eventTime)).toBeGreaterThan(0);
});

test.each(of(paths.list))("all keys of the recorded sample %s are read", async (_, sample) => {
  const { keys } = sample.body as { keys: { id: string }[] };
  const all = await createKeyList("-", answering(sample)).all();
  expect(all?.map(({ id }) => id)).toEqual(keys.map(({ id }) => id));
});

test.each(of(paths.key))("the recorded sample %s is read without loss", (_, sample) => {
  // A revocation is answered with null.
  if (sample.request.method === "DELETE") expect(sample.body).toBeNull();
  else expect(keySchema().parse(sample.body)).toEqual(sample.body);
});

test.each(of(paths.token))(
  "the token of the recorded sample %s is accepted, and its scopes are known",
  async (_, sample) => {
    const { access_token, scope } = sample.body as { access_token: string; scope?: string };
    const { scope: asked } = sample.request.body as { scope?: string };
    const http = {
      baseUrl: "https://api.example.com",
      send: async () => sample.body,
      serverTime: (time: number) => time,
      close: async () => {},
    };
    const wanted = asked?.split(" ") ?? [];
    const token = await createTokenSource(http, client).get({ scopes: wanted });
    expect(token.value).toBe(access_token);
    expect(token.scopes).toEqual(scope?.split(" "));
    const isWider = asked !== undefined && scope?.split(" ").some((one) => !wanted.includes(one));
    expect(token.beyond.length > 0).toBe(isWider ?? false);
  },
);

type Kind = new (...args: never[]) => Error;

/** The class of each refusal; of the others it goes by the status. */
const classes: Readonly<Record<string, Kind>> = {
  "refused-by-the-plan": errors.NotInPlan,
  "refused-narrowing": errors.TokenRefused,
  "refused-tags": errors.TagsNotPermitted,
  "refused-tailnet": errors.WrongTailnet,
};

const classOf: Readonly<Record<number, Kind>> = {
  400: errors.RequestRefused,
  401: errors.NotAuthenticated,
  403: errors.NotPermitted,
  404: errors.NotFound,
};

test.each(samples.filter(([, { status }]) => status >= 400))(
  "the recorded refusal %s becomes an error of its class with the API's message",
  (name, { request, status, headers, body }) => {
    const requestId = headers?.["x-tailscale-request-id"];
    const isExchange = request.path.endsWith("/oauth/token-exchange");
    const isToken = request.path.endsWith("/oauth/token");
    const error = refusals.createRefusal(
      {
        doing: "do it",
        // One of its methods, as all samples have.
        ...({ method: request.method, effect: "creates" } as errors.Method),
        path: request.path,
        ...(isToken && { grant: { kind: "clientCredentials" } }),
        ...(isExchange && {
          grant: { kind: "tokenExchange", clientId: "kInvented1CNTRL", claims: {} },
        }),
      },
      { status, body: JSON.stringify(body), requestId },
    );
    expect(error).toBeInstanceOf(
      isExchange ? errors.TokenExchangeFailed : (classes[name] ?? classOf[status]),
    );
    expect(error.message).toContain((body as { message: string }).message);
    if (requestId !== undefined) expect(error.message).toContain(requestId);
  },
);
