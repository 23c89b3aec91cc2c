/** Access tokens of OAuth clients. */

import { isRefusal } from "../api.ts";
import type { Checks } from "../check.ts";
import { waitUntilUsable } from "../credentials.ts";
import { answered, answeredMore, confirmedIf, contradicted } from "../outcome.ts";
import { bearer, randomText } from "../session.ts";
import { type Answer, member, textAt } from "../wire.ts";

/** A scope that opens little, and that needs no tags. */
const little = "dns:read";

/** The scopes that a token answer names, sorted. */
const scopesIn = ({ body }: Answer) => textAt(body, "scope").split(" ").filter(Boolean).sort();

const isSame = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((one, index) => one === b[index]);

const invalidToken = "API token invalid";

export const tokens = {
  "token-answer": async (api) => {
    const client = await api.anyClient();
    const answer = await api.take(client);
    const { body } = answer;
    const isRight =
      answer.status === 200 &&
      textAt(body, "access_token").startsWith("tskey-api-") &&
      textAt(body, "token_type").toLowerCase() === "bearer" &&
      member(body, "expires_in") === 3600 &&
      scopesIn(answer).length > 0;
    return confirmedIf(isRight, answer);
  },

  "secret-in-form-or-basic": async (api) => {
    const client = await api.anyClient();
    const inForm = await api.take(client);
    const credentials = Buffer.from(`${client.id}:${client.secret}`).toString("base64");
    const inBasic = await api.send({
      method: "POST",
      path: "/oauth/token",
      form: { grant_type: "client_credentials" },
      authorization: `Basic ${credentials}`,
    });
    return confirmedIf(inForm.status === 200 && inBasic.status === 200, inForm, inBasic);
  },

  "grant-type-is-optional": async (api) => {
    const answer = await api.take(await api.anyClient(), { grant_type: undefined });
    return confirmedIf(answer.status === 200, answer);
  },

  "client-id-is-ignored": async (api) => {
    const client = await api.anyClient();
    const answer = await api.take(client, { client_id: api.session.inventId() });
    return confirmedIf(answer.status === 200, answer);
  },

  "bad-secret-is-401": async (api) => {
    const invented = { id: api.session.inventId(), secret: "" };
    const secret = `tskey-client-${invented.id}-${randomText(33)}`;
    const token = await api.take({ ...invented, secret });
    const request = await api.send({
      method: "GET",
      path: `/tailnet/${api.session.tailnet}/keys`,
      authorization: bearer(`tskey-api-${invented.id}-${randomText(33)}`),
    });
    const isRight = [token, request].every((answer) => isRefusal(answer, 401, invalidToken));
    return confirmedIf(isRight, token, request);
  },

  "unknown-scope-gives-everything": async (api) => {
    const client = await api.anyClient();
    const whole = await api.take(client);
    const answer = await api.take(client, { scope: "tailscope_test_nothing" });
    const isWhole = isSame(scopesIn(answer), scopesIn(whole)) && scopesIn(whole).length > 0;
    return confirmedIf(answer.status === 200 && isWhole, answer);
  },

  "unknown-scope-beside-known": async (api) => {
    const held = [little, "users:read"];
    const scope = `${little} tailscope_test_nothing`;
    const answer = await api.take(await api.client(held), { scope });
    if (answer.status >= 400) return answered("no token: refused", answer);
    const isWhole = isSame(scopesIn(answer), held);
    if (isWhole) return answered("everything that the client holds", answer);
    const isKnown = isSame(scopesIn(answer), [little]);
    return isKnown ? answered("the known ones", answer) : contradicted(answer);
  },

  "narrowing-beyond-is-403": async (api) => {
    const answer = await api.take(await api.client([little]), { scope: "users:read" });
    const message = 'OAuth client cannot grant scopes "users:read"';
    return confirmedIf(isRefusal(answer, 403, message), answer);
  },

  "narrowing-refusal-names": async (api) => {
    const scope = `${little} users:read`;
    const answer = await api.take(await api.client([little]), { scope });
    const message = textAt(answer.body, "message");
    const named: readonly string[] = message.match(/[a-z_]+(?::[a-z_]+)*:read/g) ?? [];
    if (answer.status < 400 || !named.includes("users:read")) return contradicted(answer);
    const isAll = named.includes(little);
    return answered(isAll ? "all that were asked for" : "those that are beyond", answer);
  },

  "write-narrows-to-read": async (api) => {
    const answer = await api.take(await api.client(["dns"]), { scope: "dns:read" });
    if (answer.status === 403) return answered("no", answer);
    const isRead = answer.status === 200 && isSame(scopesIn(answer), ["dns:read"]);
    return isRead ? answered("yes", answer) : contradicted(answer);
  },

  "fresh-client-answers-404": async (api) => {
    const { body } = await api.created({ keyType: "client", scopes: ["users:read"] });
    const token = await api.token({ id: textAt(body, "id"), secret: textAt(body, "key") });
    const { answer, waited } = await waitUntilUsable(api.session, ["/users"], token);
    if (answer.status !== 200) return contradicted(answer);
    if (waited === 0) return answered("yes", answer);
    return answeredMore("404 at first", `for up to ${(waited / 1000).toFixed(1)} s`, answer);
  },

  "tokens-keep-their-scopes": async (api) => {
    const client = await api.client([little, "users:read"]);
    await api.put(client.id, { keyType: "client", scopes: [little] });
    const users = await api.get("/users", client.token);
    return confirmedIf(users.status === 200, users);
  },

  "token-answer-has-client-tags": async (api) => {
    const tag = await api.tag();
    const answer = await api.take(await api.client(["auth_keys"], [tag]));
    return confirmedIf(textAt(answer.body, "tags").split(" ").includes(tag), answer);
  },
} satisfies Checks;
