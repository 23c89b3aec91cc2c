/** What the API shows of a tailnet beyond its credentials. */

import { type Api, askForLog, isRefusal } from "../api.ts";
import type { Checks } from "../check.ts";
import { answered, confirmedIf, contradicted, NotTestable } from "../outcome.ts";
import { randomText } from "../session.ts";
import { type Answer, member, textAt } from "../wire.ts";

/** Asks for a tailnet that the run's credential does not belong to. */
function askForAnother(api: Api): Promise<Answer> {
  const other = `tailscope-test-${randomText(12)}.example.com`;
  return api.send({ method: "GET", path: `/tailnet/${other}/keys` });
}

export const tailnet = {
  "policy-file-as-json": async (api) => {
    const policy = await api.get("/acl");
    if (policy.status !== 200) throw new NotTestable("the policy file cannot be read", policy);
    const owners = member(policy.body, "tagOwners") ?? {};
    const isObject = typeof owners === "object" && !Array.isArray(owners);
    const areLists = Object.values(owners).every((list) => Array.isArray(list));
    const isRight = isObject && areLists && policy.headers["etag"] !== undefined;
    return confirmedIf(isRight, policy);
  },

  "policy-read-needs-device-scopes": async (api) => {
    const device = ["devices:core:read", "devices:posture_attributes:read"];
    const alone = await api.client(["policy_file:read"]);
    const together = await api.client(["policy_file:read", ...device]);
    const refused = await api.get("/acl", alone.token);
    const given = await api.get("/acl", together.token);
    return confirmedIf(refused.status === 403 && given.status === 200, refused, given);
  },

  "validate-answers": async (api) => {
    const validate = (text: string) =>
      api.send({ method: "POST", path: `/tailnet/${api.session.tailnet}/acl/validate`, text });
    const rule = { action: "accept", src: ["tag:tailscope-test-nowhere"], dst: ["*:*"] };
    const valid = await validate('{"acls": []}');
    if (valid.status === 403) throw new NotTestable("the policy file cannot be validated", valid);
    const invalid = await validate(JSON.stringify({ acls: [rule] }));
    const empty = await validate("");
    const isRight =
      valid.status === 200 &&
      textAt(valid.body, "message") === "" &&
      invalid.status === 200 &&
      textAt(invalid.body, "message") !== "" &&
      isRefusal(empty, 400, "unexpected end of JSON input");
    return confirmedIf(isRight, valid, invalid, empty);
  },

  "errors-have-a-message": async (api) => {
    const answer = await askForAnother(api);
    const isRight = answer.status >= 400 && textAt(answer.body, "message") !== "";
    return confirmedIf(isRight, answer);
  },

  "request-id-header": async (api) => {
    const answer = await api.get(`/keys/${api.session.inventId()}`);
    const hasId = (answer.headers["x-tailscale-request-id"] ?? "") !== "";
    return confirmedIf(hasId, "the refusal has no header x-tailscale-request-id", answer);
  },

  "dash-is-own-tailnet": async (api) => {
    const byDash = await api.send({ method: "GET", path: "/tailnet/-/users" });
    const id = textAt(byDash.body, "users", 0, "tailnetId");
    if (byDash.status === 200 && id === "")
      throw new NotTestable("the list of users does not name the tailnet's id", byDash);
    if (byDash.status !== 200) return contradicted(byDash);
    const byId = await api.send({ method: "GET", path: `/tailnet/${id}/users` });
    return confirmedIf(byId.status === 200, byId);
  },

  "wrong-tailnet-status": async (api) => {
    const answer = await askForAnother(api);
    if (answer.status === 403) return answered("403", answer);
    if (answer.status === 404) return answered("404", answer);
    return contradicted(answer);
  },

  "audit-tailnet-id": async (api) => {
    const log = await askForLog(api);
    if (log.status === 403) throw new NotTestable("the audit log cannot be read", log);
    const logs = member(log.body, "logs");
    const isRight =
      log.status === 200 &&
      textAt(log.body, "version") !== "" &&
      textAt(log.body, "tailnetId") !== "" &&
      (logs === null || Array.isArray(logs));
    // Whatever else is in the log is nobody's business.
    return confirmedIf(isRight, { answer: log, list: "logs", members: [] });
  },
} satisfies Checks;
