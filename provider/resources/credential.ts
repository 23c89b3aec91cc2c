/** What the Pulumi classes of all three resources share. */

import * as pulumi from "@pulumi/pulumi";
import { holdsOutputNote } from "../access/engine-values";
import { explicitProviderKey, secretsKey, waitsKey } from "../access/internal-arguments";
import {
  type AnsweredName,
  type ArgumentName,
  buildDeclaration,
  type Declaration,
  type OutputName,
  type ResourceType,
} from "../access/kinds";
import { formatProviderText } from "../access/provider-text";
import { typePrefix } from "../access/resource-types";
import { detectForm } from "../access/secret-form";
import { connectionsKey, description, formatConfigKey, settingNames } from "../api/settings/table";
import type { Properties } from "../engine/resource";
import { askedSecretlyKey } from "../engine/state";

import { ArgumentError } from "./argument-error";
import { ConfigError } from "./config-error";
import { keepSecretsOutOfDebugLines } from "./debug-line";
import { hasExplicitProvider, warnOfOptions } from "./option-warnings";
import { requireProviderPackage } from "./provider-package";
import { warnWhereUnknownSecretsAreUsed } from "./used-secrets";
import { noteWaiting, waitsForOthers } from "./waiting";

/** The names that are in the table of `access/kinds.ts` but not in the class, or the reverse. */
type Differing<Type extends ResourceType, Args, Class> =
  | Exclude<keyof Args, ArgumentName<Type>>
  | Exclude<ArgumentName<Type>, keyof Args>
  | Exclude<
      Exclude<keyof Class, keyof pulumi.CustomResource>,
      AnsweredName<Type> | OutputName<Type>
    >
  | Exclude<AnsweredName<Type> | OutputName<Type>, keyof Class>;

/**
 * A type whose arguments and outputs match the table. Anything else does not compile, and the error
 * names the difference.
 */
export type Declared<Type extends ResourceType, Args, Class> = [
  Differing<Type, Args, Class>,
] extends [never]
  ? Type
  : { readonly "differs from access/kinds.ts": Differing<Type, Args, Class> };

/** Builds the declaration of a class for the engine. The class must match the table. */
export function declare<Type extends ResourceType, Args, Class>(
  type: Declared<Type, Args, Class>,
): Declaration {
  // `Declared` is either `Type` or a type that no caller can satisfy.
  return buildDeclaration(type as Type);
}

/** Looks up an existing resource by `opts.id`. Only a look-up may omit the arguments. */
export function lookUp<Resource, Args>(
  Class: new (name: string, args: Args, opts: pulumi.CustomResourceOptions) => Resource,
  name: string,
  opts: pulumi.CustomResourceOptions,
): Resource {
  // Each class passes its arguments to `Credential`, which accepts undefined.
  return new Class(name, undefined as Args, opts);
}

/** The base class of our Pulumi resources. */
export abstract class Credential extends pulumi.CustomResource {
  /**
   * @param args undefined to look up an existing credential by `opts.id` instead of creating one
   * @internal
   */
  protected constructor(
    declaration: Declaration,
    name: string,
    args: object | undefined,
    {
      connection,
      ...opts
    }: pulumi.CustomResourceOptions & { connection?: string | undefined } = {},
  ) {
    if (holdsOutputNote(String(name))) throw createNameError(declaration.type);
    requireProviderPackage();
    refusePlaintextCredentials();
    if (opts.import !== undefined) throw createImportError(declaration.type);
    keepSecretsOutOfDebugLines();
    const declared = [...declaration.answered, ...declaration.outputs];
    const properties: Properties = Object.fromEntries(
      declared.map((output) => [output, undefined]),
    );
    for (const [argument, value] of Object.entries(args ?? { connection })) {
      if (value === undefined) continue;
      properties[argument] = declaration.secrets.includes(argument) ? pulumi.secret(value) : value;
    }
    const type = `${typePrefix}${declaration.type}`;
    const secretsOfProgram = findSecrets(properties, declaration.secrets);
    const waits = waitsForOthers(args ?? {}, opts);
    super(
      type,
      name,
      {
        ...properties,
        ...(secretsOfProgram && { [secretsKey]: secretsOfProgram }),
        ...(waits && { [waitsKey]: waits }),
        ...(hasExplicitProvider(type, opts) && { [explicitProviderKey]: true }),
        __provider: formatProviderText(declaration.type),
      },
      pulumi.mergeOptions(opts, {
        additionalSecretOutputs: [
          ...declaration.secrets,
          ...(secretsOfProgram ? [askedSecretlyKey] : []),
        ],
      }),
    );
    if (waits) noteWaiting(this, waits);
    warnOfOptions(this, args ?? {}, opts);
    const isOutput = (secret: string) => declaration.outputs.includes(secret);
    warnWhereUnknownSecretsAreUsed(this, declaration.secrets.filter(isOutput));
  }
}

/**
 * The names of the arguments that the program marked as secret; undefined if none can be.
 * @param always the arguments that are always secret
 */
function findSecrets(
  properties: Properties,
  always: readonly string[],
): pulumi.Output<string[]> | undefined {
  const mayBe = Object.entries(properties).filter(
    ([name, value]) => !always.includes(name) && holdsOutput(value),
  );
  if (mayBe.length === 0) return undefined;
  const names = mayBe.map(async ([name, value]) =>
    (await pulumi.isSecret(pulumi.output(value))) ? [name] : [],
  );
  return pulumi.output(Promise.all(names)).apply((found) => found.flat());
}

/** Whether a value is or contains an Output, which can be secret. A promise may resolve to one. */
function holdsOutput(value: unknown): boolean {
  const isOutput = pulumi.Output.isInstance(value) || pulumi.Resource.isInstance(value);
  if (isOutput || value instanceof Promise) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsOutput);
}

/** A resource's name is part of its identity, so Pulumi must know it when the program runs. */
function createNameError(type: string): ArgumentError {
  return new ArgumentError(
    type,
    "name",
    "it contains an Output, whose value Pulumi does not know yet. Use a plain string, for example the name of the resource that the Output comes from",
  );
}

/**
 * Pulumi reads an imported resource before it knows the provider's code, which only the state
 * holds.
 */
function createImportError(type: string): ArgumentError {
  return new ArgumentError(
    type,
    "import",
    "Pulumi cannot import a dynamic resource. Leave the option out, and bring the credential under management with `tailscope adopt ID --out FOLDER` and `pulumi import --file`",
  );
}

/**
 * Every SDK since 3.0 has this function, although the type declarations omit it as internal. There
 * is no public equivalent.
 */
const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };

/** Pulumi copies stack config into the state, and encrypts only the values set as secrets. */
function refusePlaintextCredentials(): void {
  for (const setting of settingNames) {
    if (!description[setting].inConfig) continue;
    const key = formatConfigKey(setting);
    const value = readConfig(key);
    if (value === undefined || isConfigSecret(key)) continue;
    if (!isCredentialText(value, description[setting].isSecret)) continue;
    throw description[setting].isSecret
      ? new ConfigError(
          key,
          key,
          `Replace it as a secret with \`pulumi config set --secret ${key}\``,
        )
      : new ConfigError(
          key,
          `A credential in ${key}`,
          `It does not belong there: remove it with \`pulumi config rm ${key}\``,
        );
  }
  const connections = readConfig(connectionsKey);
  if (connections === undefined || isConfigSecret(connectionsKey)) return;
  for (const [name, setting] of findCredentials(connections))
    throw new ConfigError(
      connectionsKey,
      `${setting} of the connection ${JSON.stringify(name)} in ${connectionsKey}`,
      `Replace it as a secret with \`pulumi config set --secret --path '${connectionsKey}.${name}.${setting}'\``,
    );
}

/** Whether a value is a credential, and not the path of a file that contains one. */
function isCredentialText(value: string, isSecret: boolean): boolean {
  const form = detectForm(value.trim());
  const isTokenOrSecret = form !== undefined && form !== "id";
  return isTokenOrSecret || (isSecret && value.trim() !== "" && !value.trim().startsWith("file:"));
}

/**
 * The names and settings of the connections that contain a credential directly. The code that reads
 * the connections reports what is wrong with them.
 */
function findCredentials(connections: string): [string, string][] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(connections);
  } catch {
    return [];
  }
  return Object.entries(parsed ?? {}).flatMap(([name, connection]) =>
    settingNames
      .filter((setting) => {
        const value: unknown = Object.entries(connection ?? {}).find(
          ([key]) => key === setting,
        )?.[1];
        return typeof value === "string" && isCredentialText(value, description[setting].isSecret);
      })
      .map((setting): [string, string] => [name, setting]),
  );
}

function readConfig(key: string): string | undefined {
  const [namespace, name] = key.split(":");
  return new pulumi.Config(namespace).get(name ?? "");
}
