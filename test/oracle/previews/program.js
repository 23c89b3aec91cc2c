// What the engine wrote about this program is in this folder: first deployed with STAGE=deployed,
// where EXISTING is the id of a client that somebody else made and TAKEN that of `taken`; then
// previewed with STAGE=changed and STAGE=removed by `pulumi preview --json`, with
// `--show-reads --show-replacement-steps` (steps), `--refresh`, `--save-plan` (plan) and
// PULUMI_ENABLE_STREAMING_JSON_PREVIEW (events). CLI 3.259.0; times, traces and parents left out.

const pulumi = require("@pulumi/pulumi");
const { AuthKey, FederatedIdentity, OAuthClient } = require("tailscope");

const { STAGE, EXISTING, TAKEN } = process.env;
const pipeline = { issuer: "https://gitlab.com", scopes: ["dns:read"] };

if (STAGE === "deployed") {
  const host = new OAuthClient("host", { scopes: ["dns:read"] });
  new AuthKey("keyhost", { tags: ["tag:ci"], reusable: true }, { deletedWith: host });
  new OAuthClient("taken", { scopes: ["dns:read"] });
  new OAuthClient("retainlate", { scopes: ["dns:read"] });
  new OAuthClient("retained", { scopes: ["users"] }, { retainOnDelete: true });
  new AuthKey("key", { tags: ["tag:ci"], expiry: "1d" });
  new OAuthClient("other", { scopes: ["dns"] });
  OAuthClient.get("ext", EXISTING);
  new FederatedIdentity("fed", {
    ...pipeline,
    subject: "project_path:a/b:*",
    audience: pulumi.secret("abc"),
    customClaimRules: { a: pulumi.secret("x") },
  });
}

if (STAGE === "changed") {
  class Plain extends pulumi.dynamic.Resource {
    constructor(name) {
      super({ create: async () => ({ id: "1", outs: {} }) }, name, { a: 1 });
    }
  }
  new Plain("plain");
  new OAuthClient("host", { scopes: ["dns:read"], generation: 2 });
  OAuthClient.get("taken", TAKEN);
  new OAuthClient("other", { scopes: ["dns"], tags: pulumi.secret(["tag:ci"]) });
  const later = { retainOnDelete: true };
  new OAuthClient("retainlate", { scopes: ["dns:read"], generation: 2 }, later);
  new OAuthClient("retained", { scopes: ["users"], generation: 2 }, later);
  new AuthKey("key", { tags: ["tag:ci"], expiry: "2d" });
  new OAuthClient("ext", { scopes: ["users"] });
  const made = new OAuthClient("new", { scopes: ["dns"] });
  new OAuthClient("new2", {
    scopes: ["dns", made.clientId],
    tags: made.clientId.apply((id) => [id]),
    description: made.clientId,
    rotateEvery: made.createdAt,
  });
  new FederatedIdentity("fed", {
    ...pipeline,
    subject: made.clientId,
    audience: pulumi.secret("abd"),
    customClaimRules: { a: pulumi.secret("y"), b: made.clientId },
  });
}

if (STAGE === "removed") OAuthClient.get("other", TAKEN);
