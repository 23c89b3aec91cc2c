/** How a program looks up what exists already. */

import type * as pulumi from "@pulumi/pulumi";
import { AuthKey, FederatedIdentity, OAuthClient } from "tailscope";
import { same } from "./same";

declare const id: pulumi.Output<string>;

const client = OAuthClient.get("client", "k1");
same<typeof client, OAuthClient>();
const key = AuthKey.get("key", id);
same<typeof key, AuthKey>();
const identity = FederatedIdentity.get("identity", id, { connection: "prod", parent: client });
same<typeof identity, FederatedIdentity>();

// @ts-expect-error The id is missing.
OAuthClient.get("no id");
// @ts-expect-error An id is a string.
AuthKey.get("a number", 7);
// @ts-expect-error A look-up takes no arguments: the tailnet says what they are.
FederatedIdentity.get("arguments", "k1", { scopes: ["dns"] });
// @ts-expect-error The connection is chosen before anything is known later.
OAuthClient.get("connection", "k1", { connection: id });

// One that was looked up has no secret, so it is a minter by its type and refused at preview.
export const secret: pulumi.Output<string | undefined> = client.clientSecret;
// @ts-expect-error It may be undefined.
export const certain: pulumi.Output<string> = client.clientSecret;
