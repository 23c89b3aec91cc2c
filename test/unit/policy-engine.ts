/**
 * Shows resources to a pack as the engine does, through the SDK's own server: first to the policies
 * that put resources right, with all members, then to those that judge, without those that begin
 * with `__` (pkg/resource/plugin/analyzer_plugin.go).
 */

import { createRequire } from "node:module";
import { unknownValue } from "../../provider/access/engine-values";
import { policies, type Rules } from "../../provider/policy";

const load = createRequire(import.meta.url);

type Message = Record<string, (...args: unknown[]) => unknown>;
type Answer = {
  getDiagnosticsList(): {
    getPolicyname(): string;
    getMessage(): string;
    getEnforcementlevel(): number;
  }[];
};
type Handler = (
  call: { request: Message },
  answer: (error: Error | undefined, response: Answer) => void,
) => void;

// Generated code and the SDK's inside, which have no types of use here.
const { AnalyzeRequest, AnalyzerResourceOptions, EnforcementLevel } = load(
  "@pulumi/pulumi/proto/analyzer_pb",
) as Record<string, new () => Message> & { EnforcementLevel: Record<string, number> };
const { Struct } = load("google-protobuf/google/protobuf/struct_pb.js") as {
  Struct: { fromJavaScript(value: object): Message };
};
const { makeAnalyzeRpcFun, makeRemediateRpcFun } = load("@pulumi/policy/server") as Record<
  string,
  (name: string, version: string, level: string, policies: readonly object[]) => Handler
>;

/** How the engine sends a value that is not known yet. */
export const unknown = unknownValue;

/** How the engine sends a secret. */
export function secret(value: unknown): object {
  return { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value };
}

export interface Resource {
  readonly type: string;
  readonly props: Record<string, unknown>;
  readonly name?: string;
  readonly stack?: string;
  readonly project?: string;
  readonly parent?: string;
}

export const ours = "pulumi-nodejs:dynamic/tailscope:";

/** A resource of ours, with its own code. */
export function credential(
  kind: string,
  props: Record<string, unknown>,
  more: Partial<Resource> = {},
): Resource {
  const code = `exports.handler=()=>require("tailscope").${kind}.provider`;
  return { type: ours + kind, props: { ...props, __provider: code }, ...more };
}

export function urnOf({
  type,
  name = "ci",
  stack = "prod",
  project = "acme",
  parent,
}: Resource): string {
  const parentType = parent?.split("::")[2];
  return `urn:pulumi:${stack}::${project}::${parentType ? `${parentType}$` : ""}${type}::${name}`;
}

export interface Said {
  readonly rule: string;
  readonly level: string;
  readonly message: string;
}

/** What a pack says of resources, which come one after the other. */
export async function said(
  rules: Rules,
  resources: readonly Resource[],
  file: Readonly<Record<string, object>> = {},
): Promise<Said[]> {
  const pack = policies(rules).map((policy) => ({
    ...policy,
    ...(typeof policy.validateResource === "function" && {
      validateResource: configured(policy.validateResource, file[policy.name] ?? {}),
    }),
  }));
  const remediate = makeRemediateRpcFun?.("acme", "1.0.0", "advisory", pack);
  const analyze = makeAnalyzeRpcFun?.("acme", "1.0.0", "advisory", pack);
  const found: Said[] = [];
  for (const resource of resources) {
    await answer(remediate, request(resource, resource.props));
    const visible = Object.entries(resource.props).filter(([name]) => !name.startsWith("__"));
    const response = await answer(analyze, request(resource, Object.fromEntries(visible)));
    for (const one of response.getDiagnosticsList()) {
      const [level = ""] =
        Object.entries(EnforcementLevel).find(([, code]) => code === one.getEnforcementlevel()) ??
        [];
      found.push({
        rule: one.getPolicyname(),
        level: level.toLowerCase(),
        // The SDK puts the rule's description before it.
        message: one.getMessage().replace(/^.*\n/, ""),
      });
    }
  }
  return found;
}

type Validation = Extract<
  ReturnType<typeof policies>[number]["validateResource"],
  (...args: never[]) => unknown
>;

function configured(validate: Validation, options: object): Validation {
  return (args, report) =>
    // The member is generic only for the convenience of who calls it.
    validate({ ...args, getConfig: <Options>() => options as Options }, report);
}

/** Both requests are this message. */
function request(resource: Resource, props: object): Message {
  if (AnalyzeRequest === undefined || AnalyzerResourceOptions === undefined)
    throw new Error("The SDK has no such message.");
  const options = new AnalyzerResourceOptions();
  options["setParent"]?.(resource.parent ?? "");
  const message = new AnalyzeRequest();
  message["setType"]?.(resource.type);
  message["setUrn"]?.(urnOf(resource));
  message["setName"]?.(resource.name ?? "ci");
  // What is undefined is no member on the wire.
  const members = Object.entries(props).filter(([, value]) => value !== undefined);
  message["setProperties"]?.(Struct.fromJavaScript(Object.fromEntries(members)));
  message["setOptions"]?.(options);
  return message;
}

function answer(handler: Handler | undefined, message: Message): Promise<Answer> {
  return new Promise((resolve, reject) => {
    handler?.({ request: message }, (error, response) =>
      error ? reject(error) : resolve(response),
    );
  });
}
