/** What the Pulumi classes of all three resources share. */

import * as pulumi from "@pulumi/pulumi";
import { connectionsKey, secretConfigKeys } from "../api/config-keys";
import type { Declaration, Properties } from "../engine/definition";
import { providerText } from "../engine/provider-text";

/** A Pulumi resource for one Tailscale credential. */
export abstract class Credential extends pulumi.CustomResource {
  /** @param args undefined to look up an existing credential by `opts.id` instead of making one */
  protected constructor(
    declaration: Declaration,
    name: string,
    args: object | undefined,
    { connection, ...opts }: pulumi.CustomResourceOptions & { connection?: string } = {},
  ) {
    refuseCredentialsInClear();
    const declared = [...declaration.answered, ...declaration.outputs];
    const properties: Properties = Object.fromEntries(
      declared.map((output) => [output, undefined]),
    );
    for (const [argument, value] of Object.entries(args ?? { connection })) {
      if (value === undefined) continue;
      properties[argument] = declaration.secrets.includes(argument) ? pulumi.secret(value) : value;
    }
    super(
      `pulumi-nodejs:dynamic/tailscope:${declaration.type}`,
      name,
      { ...properties, __provider: providerText(declaration.type) },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: [...declaration.secrets] }),
    );
  }
}

/** In every SDK since 3.0, though its declarations leave it out as internal; there is no public way to ask. */
const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };

/** Pulumi copies stack config into the state, encrypted only where it was set as a secret. */
function refuseCredentialsInClear(): void {
  for (const key of secretConfigKeys) {
    if (readConfig(key) !== undefined && !isConfigSecret(key)) throw inClear(key, key);
  }
  const connections = readConfig(connectionsKey);
  if (connections === undefined || isConfigSecret(connectionsKey)) return;
  const secret = /"(apiKey|oauthClientSecret)"\s*:\s*"tskey-/.exec(connections)?.[1];
  if (secret !== undefined)
    throw inClear(
      `A connection's ${secret} in ${connectionsKey}`,
      `--path '${connectionsKey}.NAME.${secret}'`,
    );
}

function readConfig(key: string): string | undefined {
  const [namespace, name] = key.split(":");
  return new pulumi.Config(namespace).get(name ?? "");
}

function inClear(what: string, argument: string): pulumi.RunError {
  return new pulumi.RunError(
    `${what} is in clear in the stack's config, and Pulumi would copy it in clear into the state.\n` +
      `  Replace it as a secret with \`pulumi config set --secret ${argument}\`, and then revoke this one: it has been in a file.`,
  );
}
