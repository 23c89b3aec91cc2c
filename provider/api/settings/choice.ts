/**
 * Chooses between the environment and stack config. The environment wins: for a refresh or a
 * destroy the engine gives the stack config of the last `up`, whose deployer may be gone. The
 * deployer comes from one place. An id from one and a secret from the other are combined only if
 * the secret itself has that id, or if the id's place has nothing else to which it could belong.
 */

import { sanitize } from "../../access/sanitize";
import { fits, parseSecretId } from "../../access/secret-form";
import { createPlace, type Place } from "./places";
import { description, formatConfigKey, listSettingPlaces, type Setting } from "./table";

/** Settings that prove who the deployer is. */
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
  /** Warnings for a person who set both. */
  readonly notes: readonly string[];
}

/**
 * Chooses the place of each setting.
 * @param asksPlatform whether the platform of this run may be asked for an identity token
 */
export function chooseSettings(environment: Place, config: Place, asksPlatform: boolean): Choice {
  const has = (from: Place, names: readonly Setting[] = proofs) =>
    names.some((name) => from.readRaw(name) !== undefined);
  const proofFrom = has(environment)
    ? environment
    : environment.readRaw("oauthClientId") === undefined
      ? config
      : asksPlatform && !isUsable()
        ? environment
        : config;
  const idFrom = findIdPlace();
  const choosePlace = (setting: Setting): Place => {
    if (setting === "oauthClientId") return idFrom;
    if (proofs.includes(setting as Proof)) return proofFrom; // `includes` finds out whether it is one.
    return environment.readRaw(setting) === undefined ? config : environment;
  };
  const both = createPlace({
    where: "the environment and in stack config",
    readRaw: (setting) => choosePlace(setting).readRaw(setting),
    locate: (setting) => choosePlace(setting).locate(setting),
    findSource: (setting) => choosePlace(setting).findSource(setting),
    listPlaces: listSettingPlaces,
  });
  return {
    place: { ...both, read: (setting) => choosePlace(setting).read(setting) },
    notes: [
      ...describeUnusedDeployer(),
      ...describeDifference("tailnet"),
      ...describeDifference("baseUrl"),
    ],
  };

  /** Whether stack config has a proof that goes with the environment's id. */
  function isUsable(): boolean {
    if (has(config, ["identityTokenFile", "identityTokenEnvironmentVariableName"])) return true;
    const secret = config.read("oauthClientSecret");
    const id = environment.read("oauthClientId");
    return secret !== undefined && id !== undefined && belongTogether(id, secret);
  }

  function belongTogether(id: string, secret: string): boolean {
    if (parseSecretId(secret) !== undefined) return fits(id, secret);
    const itsOwn = config.read("oauthClientId");
    return itsOwn === undefined || itsOwn === id;
  }

  function findIdPlace(): Place {
    if (environment.readRaw("oauthClientId") !== undefined) return environment;
    if (proofFrom === config) return config;
    const secret = environment.read("oauthClientSecret");
    const hasItself = secret !== undefined && parseSecretId(secret) !== undefined;
    // Stack config's id may belong to a secret there. If there is none, the id is meant for what
    // the environment has.
    const isTaken = has(config, ["apiKey", "oauthClientSecret"]);
    return hasItself || isTaken || environment.readRaw("apiKey") !== undefined
      ? environment
      : config;
  }

  function describeUnusedDeployer(): string[] {
    const hasOther = has(config) || config.readRaw("oauthClientId") !== undefined;
    if (proofFrom !== environment || !hasOther) return [];
    const ours = findId(environment) ?? (idFrom === config ? findId(config) : undefined);
    const theirs = findId(config);
    const alike = proofs.every((proof) => environment.readRaw(proof) === config.readRaw(proof));
    if (ours === theirs && (ours !== undefined || alike)) return [];
    return [
      `The deployer comes from the environment${ours === undefined ? "" : ` (${sanitize(ours)})`}; the one in stack config${theirs === undefined ? "" : ` (${sanitize(theirs)})`} is not used.`,
    ];
  }

  function describeDifference(setting: "tailnet" | "baseUrl"): string[] {
    const [ours, theirs] = [environment.readRaw(setting), config.readRaw(setting)];
    return ours === undefined || theirs === undefined || ours === theirs
      ? []
      : [
          `${description[setting].variable} in the environment and ${formatConfigKey(setting)} in stack config differ: the environment's is used.`,
        ];
  }
}

/** The id of a place's deployer, if it is written there. */
function findId(from: Place): string | undefined {
  return (
    from.readRaw("oauthClientId") ??
    parseSecretId(from.readRaw("oauthClientSecret") ?? from.readRaw("apiKey") ?? "")
  );
}
