/**
 * The checks of `tailscope doctor` for the deployer: who it is, whether the tailnet answers, and
 * which access it has and lacks.
 */

import { describeError, getMessage } from "../access/error-text";
import { type ResourceType, resourceTypes } from "../access/kinds";
import { compareNeeds, type Met, type PurposeName, purposes } from "../access/needs";
import { sanitize } from "../access/sanitize";
import { describeConnection } from "../api/auth/describe-connection";
import { findDeployerId } from "../api/auth/tailnet-identity";
import { measureClockSkew } from "../api/clock-skew";
import { NotFound, NotPermitted } from "../api/errors";
import { type Key, keySchema } from "../api/keys/key";
import { buildOwnKeyRequest } from "../api/keys/keys";
import type { Connection } from "../api/settings/connection";
import { describeProxy } from "../network/proxy";
import { listManaged } from "../state/exported-state";
import type { Check } from "./check";
import { CommandFailure } from "./failure";
import { askForConfig, askPulumi, findProjectFolder, type SettingsOptions } from "./pulumi";
import { withTailnet } from "./session";
import { createSettings } from "./settings";
import { requireResources } from "./stored-resources";

/** If two clocks differ by more than this, tokens and rotation go wrong. */
const tolerableSkewSeconds = 60;

export async function checkDeployer(
  options: SettingsOptions,
  purpose: PurposeName | undefined,
): Promise<Check[]> {
  let connection: Connection;
  let deployer: string;
  try {
    connection = await createSettings(await askForConfig(options)).connection(options.connection);
    deployer = await describeConnection(connection);
  } catch (error) {
    return [reportError("Credentials", error)];
  }
  const found: Check = {
    name: "Credentials",
    status: "ok",
    detail: `${deployer}, for ${connection.baseUrl}`,
  };
  return [
    found,
    { name: "Proxy", status: "ok", detail: describeProxy(connection.baseUrl, process.env) },
    await checkClock(connection.baseUrl),
    ...(await checkHeldScopes(connection, options, purpose)),
  ];
}

async function checkClock(baseUrl: string): Promise<Check> {
  const name = "Clock";
  try {
    const skew = await measureClockSkew(baseUrl);
    if (skew === undefined)
      return {
        name,
        status: "warning",
        detail: "the answer has no date",
        remedy: "Check that TAILSCALE_BASE_URL is right.",
      };
    const detail = `Tailscale's is ${Math.abs(skew)} s ${skew === 0 ? "away, as far as whole seconds tell" : skew < 0 ? "behind" : "ahead"}`;
    return Math.abs(skew) <= tolerableSkewSeconds
      ? { name, status: "ok", detail }
      : { name, status: "failed", detail, remedy: "Synchronise this machine's clock by NTP." };
  } catch (error) {
    return {
      name,
      status: "failed",
      detail: describeError(error),
      remedy: "Check the address, and the proxy, firewall and DNS on the way to it.",
    };
  }
}

async function checkHeldScopes(
  connection: Connection,
  options: SettingsOptions,
  purpose: PurposeName | undefined,
): Promise<Check[]> {
  const id = findDeployerId(connection.deployer);
  if (id === undefined)
    return [
      reportUnknownScopes(
        "an API access token that does not start with tskey-api- and an id does not say what it may do",
      ),
    ];
  let key: Key;
  try {
    key = await withTailnet(connection, ({ name, api }) =>
      api.send(buildOwnKeyRequest(name, id), keySchema),
    );
  } catch (error) {
    return [explainRefusal(reportError("Tailnet", error), error)];
  }
  if (!key.scopes)
    return [
      reportUnknownScopes(
        key.keyType === "api"
          ? `it answers; ${key.id} is an API access token, which may do what the role of its user permits`
          : `it answers, and does not say what ${key.id} may do`,
      ),
    ];
  const tags = key.tags?.length ? ` with ${key.tags.join(" ")}` : "";
  return [
    {
      name: "Tailnet",
      status: "ok",
      detail: `it answers; the deployer ${key.id} holds ${key.scopes.join(" ")}${tags}`,
    },
    ...(purpose === undefined
      ? compareNeeds(abilities, key.scopes).map(reportAbility)
      : await checkPurpose(purpose, key.scopes, options)),
  ];
}

function reportUnknownScopes(detail: string): Check {
  return {
    name: "Tailnet",
    status: "warning",
    detail,
    remedy:
      "A missing permission shows only when a request is refused. An OAuth client can be checked in advance.",
  };
}

/** Every token may read its own credential, so a refusal means that an identifier is wrong. */
function explainRefusal(check: Check, error: unknown): Check {
  if (!(error instanceof NotPermitted || error instanceof NotFound)) return check;
  return {
    ...check,
    remedy:
      "Every token may read its own credential. So either TAILSCALE_TAILNET names another tailnet (`-` is the deployer's own), or the client id does not belong to the secret.",
  };
}

/** The things that a deployer may be able to do. */
const abilities = [
  ...purposes.up.needs.filter(({ kind }) => kind !== undefined),
  ...purposes.preview.needs.filter(({ scopes }) => scopes.length > 1),
  ...purposes.drift.needs.filter(({ level }) => level === "optional"),
].map((need) => ({ ...need, level: "optional" as const }));

function reportAbility({ need, lacks }: Met): Check {
  const name = need.scopes.join(" ");
  if (lacks.length === 0) return { name, status: "ok", detail: `${need.gives} works` };
  const lacking = lacks.length < need.scopes.length ? ` (lacks ${lacks.join(" ")})` : "";
  return {
    name,
    status: "warning",
    detail: `not held: no ${need.gives}${lacking}`,
    remedy: `Give the deployer ${lacks.join(", ")} if the program needs it.`,
  };
}

async function checkPurpose(
  purpose: PurposeName,
  held: readonly string[],
  options: SettingsOptions,
): Promise<Check[]> {
  const { needs } = purposes[purpose];
  const stack = needs.some(({ level }) => level === "kind") ? await findKindsInStack(options) : {};
  const compared = compareNeeds(needs, held, stack.kinds);
  return [...(stack.check === undefined ? [] : [stack.check]), ...compared.map(reportNeed)];
}

function reportNeed({ need, lacks, result }: Met): Check {
  const name = need.scopes.join(" ");
  if (result === "met") return { name, status: "ok", detail: `${need.gives} works` };
  const lacking = lacks.join(", ");
  return result === "fails"
    ? {
        name,
        status: "failed",
        detail: `lacks ${lacking}: ${need.without}`,
        remedy: `Give the deployer ${lacking}.`,
      }
    : {
        name,
        status: "warning",
        detail: `lacks ${lacking}: ${need.without}`,
        remedy: `Give the deployer ${lacking} if that is needed.`,
      };
}

/** The kinds of credentials that the stack manages with this deployer; absent if unknown. */
async function findKindsInStack(
  options: SettingsOptions,
): Promise<{ kinds?: readonly ResourceType[]; check?: Check }> {
  if (options.stack === undefined && findProjectFolder(options.cwd) === undefined) return {};
  const name = "Stack";
  try {
    const managed = listManaged(requireResources((await askPulumi(options).exports) ?? [])).filter(
      ({ state, secret }) => state["connection"] === options.connection && !secret.has("mintedBy"),
    );
    const found = resourceTypes.filter((type) => managed.some((one) => one.kind === type));
    if (found.length === 0) return {};
    return {
      kinds: found,
      check: { name, status: "ok", detail: `it has ${found.join(", ")}: their scopes are needed` },
    };
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    if (options.stack !== undefined) return { check: reportError(name, error) };
    const [reason = ""] = error.message.split("\n");
    return {
      check: {
        name,
        status: "warning",
        detail: `its state cannot be read, so the kinds of credentials in it are unknown: ${sanitize(reason)}`,
        remedy: "Name the stack with --stack.",
      },
    };
  }
}

function reportError(name: string, error: unknown): Check {
  const [detail = "", ...rest] = getMessage(error).split("\n");
  return { name, status: "failed", detail, remedy: rest.map((line) => line.trim()).join("\n") };
}
