/** Resource options, which are Pulumi's, and the errors that a program can catch. */

import type * as pulumi from "@pulumi/pulumi";
import {
  ArgumentError,
  AuthKey,
  ConfigError,
  type FederatedIdentity,
  findRequestErrors,
  OAuthClient,
  PackageError,
  type RequestError,
  type RotatingAuthKey,
  RotatingOAuthClient,
} from "tailscope";
import { same } from "./same";

type Options<Class extends abstract new (...args: never[]) => unknown> =
  ConstructorParameters<Class>[2];

same<Options<typeof OAuthClient>, pulumi.CustomResourceOptions | undefined>();
same<Options<typeof AuthKey>, pulumi.CustomResourceOptions | undefined>();
same<Options<typeof FederatedIdentity>, pulumi.CustomResourceOptions | undefined>();
same<Options<typeof RotatingOAuthClient>, pulumi.ComponentResourceOptions | undefined>();
same<Options<typeof RotatingAuthKey>, pulumi.ComponentResourceOptions | undefined>();

const parent = new RotatingOAuthClient(
  "pair",
  { every: "30d", scopes: ["dns"] },
  { protect: true },
);
const client = new OAuthClient(
  "client",
  { scopes: ["dns"] },
  {
    parent,
    dependsOn: [parent],
    ignoreChanges: ["tags"],
    additionalSecretOutputs: ["description"],
  },
);
new AuthKey("key", {}, { retainOnDelete: true, deletedWith: client, replaceOnChanges: ["tags"] });
// @ts-expect-error Not an option: the connection is an argument.
new AuthKey("key", {}, { connection: "prod" });

// Each error is told by its class, and says what it is about.
const caught: unknown = undefined;
if (caught instanceof ArgumentError) same<typeof caught.argument, string>();
if (caught instanceof ConfigError) same<typeof caught.key, string>();
for (const Class of [ArgumentError, ConfigError, PackageError])
  if (caught instanceof Class) same<typeof caught.message, string>();
same<ReturnType<typeof findRequestErrors>, RequestError[]>();
same<RequestError["status"], number | undefined>();
same<RequestError["requestId"], string | undefined>();
same<RequestError["path"], string>();
for (const error of findRequestErrors("")) {
  // @ts-expect-error What is read from an error stays as it is.
  error.status = 200;
}
