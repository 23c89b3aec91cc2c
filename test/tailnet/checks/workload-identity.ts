/** Federated identities, and tokens for identity tokens. */

import { isRefusal } from "../api.ts";
import type { Checks } from "../check.ts";
import { answered, confirmedIf, contradicted } from "../outcome.ts";
import { randomText } from "../session.ts";
import { type Answer, member, textAt } from "../wire.ts";

/** A JWT whose signature nobody made. */
function forgedToken(claims: Readonly<Record<string, string>>): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1000);
  return [
    part({ alg: "RS256", typ: "JWT", kid: randomText(16) }),
    part({ iat: now, exp: now + 300, ...claims }),
    Buffer.from(randomText(256)).toString("base64url"),
  ].join(".");
}

/** A body with all that an identity has, for a change that leaves some of it out. */
const wholeOf = ({ body }: Answer) => ({
  keyType: "federated",
  scopes: member(body, "scopes"),
  issuer: member(body, "issuer"),
  subject: member(body, "subject"),
  audience: member(body, "audience"),
});

export const workloadIdentity = {
  "exchange-unknown-client-is-400": async (api) => {
    const exchange = (jwt: string) =>
      api.send({
        method: "POST",
        path: "/oauth/token-exchange",
        form: { client_id: api.session.inventId(), jwt },
        authorization: "",
      });
    const answers = [
      await exchange(forgedToken({ iss: "https://issuer.example.com", sub: "nobody" })),
      await exchange("not.a-jwt"),
    ];
    const isRight = answers.every((answer) => isRefusal(answer, 400, "invalid request"));
    return confirmedIf(isRight, ...answers);
  },

  "exchange-refused-token-is-403": async (api) => {
    const { body } = await api.identity();
    const jwt = forgedToken({
      iss: textAt(body, "issuer"),
      sub: textAt(body, "subject"),
      aud: textAt(body, "audience"),
    });
    const answer = await api.send({
      method: "POST",
      path: "/oauth/token-exchange",
      form: { client_id: textAt(body, "id"), jwt },
      authorization: "",
    });
    return confirmedIf(isRefusal(answer, 403), answer);
  },

  "federated-id-and-audience": async (api) => {
    const identity = await api.identity();
    const id = textAt(identity.body, "id");
    const isRight =
      /^T\w+CNTRL-k\w+CNTRL$/.test(id) &&
      member(identity.body, "audience") === `api.tailscale.com/${id}`;
    return confirmedIf(isRight, identity);
  },

  "put-without-audience": async (api) => {
    const identity = await api.identity();
    const id = textAt(identity.body, "id");
    const before = textAt(identity.body, "audience");
    const change = await api.put(id, { ...wholeOf(identity), audience: undefined });
    if (change.status !== 200) return contradicted(change);
    const now = await api.get(`/keys/${id}`);
    const after = textAt(now.body, "audience");
    if (now.status !== 200) return contradicted(now);
    if (after === "") return answered("empties it", now);
    return answered(after === before ? "keeps it" : "makes a new one", now);
  },

  "put-replaces-everything": async (api) => {
    const identity = await api.identity({ customClaimRules: { environment: "never" } });
    // With its description, by which a later run knows it; without the rules.
    const change = await api.put(textAt(identity.body, "id"), wholeOf(identity));
    const had = JSON.stringify(member(identity.body, "customClaimRules"));
    const has = JSON.stringify(member(change.body, "customClaimRules") ?? {});
    const isEmptied = had !== "{}" && has === "{}";
    return confirmedIf(change.status === 200 && isEmptied, change);
  },

  "reserved-claims-refused": async (api) => {
    const answers: Answer[] = [];
    for (const claim of ["sub", "iss", "aud"]) {
      const answer = await api.create({
        keyType: "federated",
        scopes: ["dns:read"],
        issuer: "https://token.actions.githubusercontent.com",
        subject: `repo:tailscale/tailscale:environment:${randomText(32)}`,
        customClaimRules: { [claim]: randomText(32) },
      });
      answers.push(answer);
    }
    return confirmedIf(
      answers.every((answer) => isRefusal(answer, 400)),
      ...answers,
    );
  },

  "github-subject-rewrite": async (api) => {
    const subject = `repo:tailscale/tailscale:environment:${randomText(32)}`;
    const identity = await api.identity({ subject });
    const got = textAt(identity.body, "subject");
    if (got === subject) return answered("no", identity);
    const isRewritten = /^repo:tailscale@\d+\/tailscale@\d+:environment:/.test(got);
    return isRewritten ? answered("yes", identity) : contradicted(identity);
  },
} satisfies Checks;
