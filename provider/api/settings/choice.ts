/**
 * Environment or stack config: the environment wins, because a refresh or destroy gets the stack
 * config of the last `up` from the engine, and with it a deployer that may be gone. The deployer is
 * taken as a whole: an id from one place and a secret from the other go together only where the
 * secret itself has that id, or the other place has nothing else that the id could belong to.
 */

import { sanitize } from "../../access/sanitize";
import { fits, parseSecretId } from "../../access/secret-form";
import { createPlace, type Place } from "./places";
import { describePlaces, description, formatConfigKey, type Setting } from "./table";

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
    if (proofs.includes(setting as Proof)) return proofFrom; // Whether it is one is what is asked.
    return environment.readRaw(setting) === undefined ? config : environment;
  };
  const both = createPlace({
    where: "the environment and in stack config",
    readRaw: (setting) => choosePlace(setting).readRaw(setting),
    locate: (setting) => choosePlace(setting).locate(setting),
    findSource: (setting) => choosePlace(setting).findSource(setting),
    listPlaces: describePlaces,
  });
  return {
    place: { ...both, read: (setting) => choosePlace(setting).read(setting) },
    notes: [
      ...describeUnusedDeployer(),
      ...describeDifference("tailnet"),
      ...describeDifference("baseUrl"),
    ],
  };

  /** Whether what stack config has goes with the environment's id. */
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
    // Stack config's id may belong to a secret of its own. Without one, it is there for what the
    // environment has.
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
      `The deployer is the environment's${ours === undefined ? "" : ` (${sanitize(ours)})`}; the one in stack config${theirs === undefined ? "" : ` (${sanitize(theirs)})`} is not used.`,
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

/** The id of the deployer that a place has, as far as it is written there. */
function findId(from: Place): string | undefined {
  return (
    from.readRaw("oauthClientId") ??
    parseSecretId(from.readRaw("oauthClientSecret") ?? from.readRaw("apiKey") ?? "")
  );
}
