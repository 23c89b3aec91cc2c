/** What a program may pass to the rotating pairs, and the outputs that it gets. */

import * as pulumi from "@pulumi/pulumi";
import {
  type AuthKey,
  type OAuthClient,
  RotatingAuthKey,
  type RotatingAuthKeyArgs,
  RotatingOAuthClient,
  type RotatingOAuthClientArgs,
} from "tailscope";
import { same } from "./same";

type Outputs<Component> = Exclude<keyof Component, keyof pulumi.ComponentResource>;

const clients = new RotatingOAuthClient("ci", { every: "30d", scopes: ["dns"] });
new RotatingOAuthClient("whole", {
  every: 86400,
  anchor: "2026-01-01T00:00:00Z",
  scopes: ["auth_keys"],
  tags: pulumi.output(["tag:ci"]),
  connection: "prod",
});
const keys = new RotatingAuthKey("runner", { every: "30d", expiry: "60d", mintedBy: clients });
// @ts-expect-error The period is missing.
new RotatingOAuthClient("no period", { scopes: ["dns"] });
// @ts-expect-error The scopes are missing.
new RotatingOAuthClient("no scopes", { every: "30d" });
// @ts-expect-error The pair itself decides when to rotate.
new RotatingOAuthClient("twice", { every: "30d", scopes: ["dns"], rotateEvery: "7d" });
// @ts-expect-error And which generation a slot has.
new RotatingAuthKey("generation", { every: "30d", generation: 1 });
// @ts-expect-error The period is known while the program runs.
new RotatingAuthKey("later", { every: pulumi.output("30d") });
// @ts-expect-error A pair is two credentials: there is no id to look up.
RotatingOAuthClient.get;

same<
  Outputs<RotatingOAuthClient>,
  "clientId" | "clientSecret" | "previousClientId" | "changesAt"
>();
same<Outputs<RotatingAuthKey>, "keyId" | "key" | "previousKeyId" | "changesAt">();
same<RotatingOAuthClient["clientSecret"], OAuthClient["clientSecret"]>();
same<RotatingAuthKey["key"], AuthKey["key"]>();
same<ConstructorParameters<typeof RotatingOAuthClient>[1], RotatingOAuthClientArgs>();
same<ConstructorParameters<typeof RotatingAuthKey>[1], RotatingAuthKeyArgs>();
export const ids = [clients.previousClientId, keys.previousKeyId];
