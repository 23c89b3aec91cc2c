/**
 * Environment or stack config: the environment wins, because a refresh or destroy gets the stack
 * config of the last `up` from the engine, and with it a deployer that may be gone. The deployer is
 * taken as a whole: an id from one place and a secret from the other go together only where the
 * secret itself has that id, or the other place has nothing else that the id could belong to.
 */

import { sanitize } from "../../access/sanitize";
import { fits, parseSecretId } from "../../access/secret-form";
import { type Place, place } from "./places";
import { configKey, description, placesOf, type Setting } from "./table";

/** What proves who the deployer is, beside its id. */
const proofs = [
  "apiKey",
  "oauthClientSecret",
  "identityToken",
  "identityTokenFile",
  "identityTokenEnvironmentVariableName",
] as const;

type Proof = (typeof proofs)[number];

export interface Choice {
  readonly place: Place;
  /** What a person should know who set both. */
  readonly notes: readonly string[];
}

/**
 * @param asksPlatform whether the platform that this runs on may be asked for an identity token
 */
export function chosen(environment: Place, config: Place, asksPlatform: boolean): Choice {
  const has = (from: Place, names: readonly Setting[] = proofs) =>
    names.some((name) => from.raw(name) !== undefined);
  const proofFrom = has(environment)
    ? environment
    : environment.raw("oauthClientId") === undefined
      ? config
      : asksPlatform && !isUsable()
        ? environment
        : config;
  const idFrom = idPlace();
  const from = (setting: Setting): Place => {
    if (setting === "oauthClientId") return idFrom;
    if (proofs.includes(setting as Proof)) return proofFrom; // Whether it is one is what is asked.
    return environment.raw(setting) === undefined ? config : environment;
  };
  const both = place(
    "the environment and in stack config",
    (setting) => from(setting).raw(setting),
    (setting) => from(setting).foundIn(setting),
    (setting) => from(setting).sourceOf(setting),
    placesOf,
  );
  return {
    place: { ...both, value: (setting) => from(setting).value(setting) },
    notes: [...deployerNote(), ...differing("tailnet"), ...differing("baseUrl")],
  };

  /** Whether what stack config has goes with the environment's id. */
  function isUsable(): boolean {
    if (has(config, ["identityTokenFile", "identityTokenEnvironmentVariableName"])) return true;
    const secret = config.value("oauthClientSecret");
    const id = environment.value("oauthClientId");
    return secret !== undefined && id !== undefined && belong(id, secret);
  }

  function belong(id: string, secret: string): boolean {
    if (parseSecretId(secret) !== undefined) return fits(id, secret);
    const itsOwn = config.value("oauthClientId");
    return itsOwn === undefined || itsOwn === id;
  }

  function idPlace(): Place {
    if (environment.raw("oauthClientId") !== undefined) return environment;
    if (proofFrom === config) return config;
    const secret = environment.value("oauthClientSecret");
    const hasItself = secret !== undefined && parseSecretId(secret) !== undefined;
    // Stack config's id may belong to a secret of its own. Without one, it is there for what the
    // environment has.
    const isTaken = has(config, ["apiKey", "oauthClientSecret"]);
    return hasItself || isTaken || environment.raw("apiKey") !== undefined ? environment : config;
  }

  function deployerNote(): string[] {
    const hasOther = has(config) || config.raw("oauthClientId") !== undefined;
    if (proofFrom !== environment || !hasOther) return [];
    const ours = idOf(environment) ?? (idFrom === config ? idOf(config) : undefined);
    const theirs = idOf(config);
    const alike = proofs.every((proof) => environment.raw(proof) === config.raw(proof));
    if (ours === theirs && (ours !== undefined || alike)) return [];
    return [
      `The deployer is the environment's${ours === undefined ? "" : ` (${sanitize(ours)})`}; the one in stack config${theirs === undefined ? "" : ` (${sanitize(theirs)})`} is not used.`,
    ];
  }

  function differing(setting: "tailnet" | "baseUrl"): string[] {
    const [ours, theirs] = [environment.raw(setting), config.raw(setting)];
    return ours === undefined || theirs === undefined || ours === theirs
      ? []
      : [
          `${description[setting].variable} in the environment and ${configKey(setting)} in stack config differ: the environment's is used.`,
        ];
  }
}

/** The id of the deployer that a place has, as far as it is written there. */
function idOf(from: Place): string | undefined {
  return (
    from.raw("oauthClientId") ??
    parseSecretId(from.raw("oauthClientSecret") ?? from.raw("apiKey") ?? "")
  );
}
