/**
 * The stack config that the engine gave to this process. It is a separate file without imports
 * because programs load it.
 */

import type { ConfigReader } from "../api/settings/connection";

let reader: ConfigReader = () => undefined;

/**
 * Sets the stack config. For a refresh, a destroy or an `up --refresh` the engine gives the one
 * that the last `up` left in the state, whatever has been set since.
 */
export function setStackConfig(config: ConfigReader): void {
  reader = config;
}

export const readStackConfig: ConfigReader = (key) => reader(key);
