/** What a program may pass to each class, and the outputs that it gets. */

import * as pulumi from "@pulumi/pulumi";
import {
  AuthKey,
  type AuthKeyArgs,
  type Duration,
  FederatedIdentity,
  type FederatedIdentityArgs,
  OAuthClient,
  type OAuthClientArgs,
  type Scope,
} from "tailscope";
import { same } from "./same";

type Outputs<Resource> = Exclude<keyof Resource, keyof pulumi.CustomResource>;

const later = pulumi.output("later");
const perhaps: pulumi.Output<string | undefined> = pulumi.output(undefined);
const issuer = "https://token.actions.githubusercontent.com";
const subject = "repo:acme/infrastructure:ref:refs/heads/main";

// An OAuth client needs its scopes and nothing else.
const client = new OAuthClient("client", { scopes: ["dns"] });
new OAuthClient("later", { scopes: [later, "dns"], tags: [later], description: perhaps });
new OAuthClient("all later", { scopes: pulumi.output(["dns"]), tags: client.tags });
new OAuthClient("unlisted", { scopes: ["a_newer_one"], unlistedScopes: ["a_newer_one"] });
new OAuthClient("rotated", { scopes: ["dns"], rotateEvery: "90d", generation: 1 });
new OAuthClient("elsewhere", { scopes: ["dns"], connection: "prod" }, { protect: true });
// @ts-expect-error The scopes are missing.
new OAuthClient("no scopes", {});
// @ts-expect-error So are all arguments.
new OAuthClient("no arguments");
// @ts-expect-error Only a look-up has none, and that is `get`.
new OAuthClient("undefined", undefined);
// @ts-expect-error Not an argument: "scopes" is.
new OAuthClient("a typo", { scopes: ["dns"], scope: ["dns"] });
// @ts-expect-error Not a list.
new OAuthClient("one", { scopes: "dns" });
// @ts-expect-error A scope is a string.
new OAuthClient("a number", { scopes: [7] });
// @ts-expect-error The tailnet is chosen before anything is known later.
new OAuthClient("connection", { scopes: ["dns"], connection: later });
// @ts-expect-error It does not expire.
new OAuthClient("expiry", { scopes: ["dns"], expiry: "90d" });
// @ts-expect-error What the engine loads is not for programs.
OAuthClient.provider;

same<
  Outputs<OAuthClient>,
  | "clientId"
  | "clientSecret"
  | "scopes"
  | "tags"
  | "description"
  | "createdAt"
  | "updatedAt"
  | "rotatesAt"
  | "userId"
>();
same<OAuthClient["clientId"], pulumi.Output<string>>();
// Undefined after a look-up and after an adoption.
same<OAuthClient["clientSecret"], pulumi.Output<string | undefined>>();
same<OAuthClient["scopes"], pulumi.Output<string[]>>();
same<OAuthClient["tags"], pulumi.Output<string[] | undefined>>();
same<OAuthClient["description"], pulumi.Output<string | undefined>>();
same<OAuthClient["createdAt"], pulumi.Output<string>>();
same<OAuthClient["updatedAt"], pulumi.Output<string>>();
same<OAuthClient["rotatesAt"], pulumi.Output<string | undefined>>();
same<OAuthClient["userId"], pulumi.Output<string | undefined>>();

// An auth key needs no argument.
const key = new AuthKey("key");
new AuthKey("empty", {});
new AuthKey("whole", {
  tags: client.tags,
  reusable: true,
  ephemeral: pulumi.output(true),
  preauthorized: undefined,
  expiry: 3600,
  description: perhaps,
  mintedBy: client,
  recreateIfInvalid: "never",
  renewBefore: "7d",
  rotateEvery: perhaps,
});
new AuthKey("minted", { mintedBy: { clientId: later, clientSecret: pulumi.secret("made up") } });
// @ts-expect-error A minter has a secret.
new AuthKey("no secret", { mintedBy: { clientId: later } });
// @ts-expect-error An auth key carries no scopes.
new AuthKey("scopes", { scopes: ["dns"] });
// @ts-expect-error Only these two.
new AuthKey("sometimes", { recreateIfInvalid: "sometimes" });
// @ts-expect-error A flag is a boolean.
new AuthKey("flag", { reusable: "true" });
// @ts-expect-error Nor is this for programs.
AuthKey.provider;

same<
  Outputs<AuthKey>,
  | "keyId"
  | "key"
  | "tags"
  | "reusable"
  | "ephemeral"
  | "preauthorized"
  | "expiry"
  | "description"
  | "createdAt"
  | "expiresAt"
  | "rotatesAt"
  | "userId"
>();
same<AuthKey["keyId"], pulumi.Output<string>>();
same<AuthKey["key"], pulumi.Output<string | undefined>>();
same<AuthKey["tags"], pulumi.Output<string[] | undefined>>();
same<AuthKey["reusable"], pulumi.Output<boolean>>();
same<AuthKey["rotatesAt"], pulumi.Output<string | undefined>>();

// A federated identity needs whom it trusts, and what for.
new FederatedIdentity("identity", { issuer, subject, scopes: ["dns"] });
new FederatedIdentity("claims", {
  issuer: later,
  subject: later,
  scopes: ["dns"],
  customClaimRules: { ref: later, "user.name": "ci" },
});
// @ts-expect-error The subject is missing.
new FederatedIdentity("anybody", { issuer, scopes: ["dns"] });
// @ts-expect-error It has no secret that could be rotated.
new FederatedIdentity("rotated", { issuer, subject, scopes: ["dns"], rotateEvery: "90d" });
// @ts-expect-error A claim is a string.
new FederatedIdentity("claim", { issuer, subject, scopes: [], customClaimRules: { id: 7 } });
// @ts-expect-error Nor is this for programs.
FederatedIdentity.provider;

same<
  Outputs<FederatedIdentity>,
  | "clientId"
  | "issuer"
  | "subject"
  | "audience"
  | "customClaimRules"
  | "scopes"
  | "tags"
  | "description"
  | "createdAt"
  | "updatedAt"
  | "userId"
>();
same<FederatedIdentity["audience"], pulumi.Output<string>>();
same<FederatedIdentity["tags"], pulumi.Output<string[] | undefined>>();

// Arguments that a program builds apart are the same types.
same<ConstructorParameters<typeof OAuthClient>[1], OAuthClientArgs>();
same<ConstructorParameters<typeof AuthKey>[1], AuthKeyArgs | undefined>();
same<ConstructorParameters<typeof FederatedIdentity>[1], FederatedIdentityArgs>();
same<Duration, string | number>();
export const scope: Scope = "devices:core:read";
// @ts-expect-error Not a scope of the catalogue.
export const unlisted: Scope = "logs:configuration";
export const outputs = [key.key, client.clientSecret];
