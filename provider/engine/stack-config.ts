/**
 * The stack config of this run, as the engine gives it to the provider process once: for a refresh,
 * a destroy or an `up --refresh` that is the one that the last `up` left in the state, whatever has
 * been set since.
 */

import type { ConfigReader } from "../api/settings/connection";

let reader: ConfigReader = () => undefined;

export function takeStackConfig(config: ConfigReader): void {
  reader = config;
}

export const readStackConfig: ConfigReader = (key) => reader(key);
