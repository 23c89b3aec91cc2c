/** The stack config of this run, as the engine gives it to the provider process once. */

import type { ConfigReader } from "../api/connection";

let reader: ConfigReader = () => undefined;

export function takeStackConfig(config: ConfigReader): void {
  reader = config;
}

export const readStackConfig: ConfigReader = (key) => reader(key);
