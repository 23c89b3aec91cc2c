/**
 * The secret of an adopted credential is unknown, and a sentence takes its place. A program that
 * passes it on (to a repository's secrets, to a cluster) would overwrite a working secret with that
 * sentence, so we warn when the program uses it.
 */

import * as pulumi from "@pulumi/pulumi";
import { isNotKnown } from "../engine/unknown-secret";

/** @param names outputs that are secrets */
export function warnWhereUnknownSecretsAreUsed(
  resource: pulumi.CustomResource,
  names: readonly string[],
): void {
  for (const name of names) {
    const secret: unknown = Reflect.get(resource, name);
    if (!pulumi.Output.isInstance(secret)) continue;
    // The output is created on demand, because most programs use no such secret and one for each
    // resource would slow down the SDK.
    let told: pulumi.Output<unknown> | undefined;
    Object.defineProperty(resource, name, {
      configurable: true,
      enumerable: true,
      get() {
        told ??= secret.apply((value) => {
          if (typeof value === "string" && isNotKnown(value))
            void pulumi.log.warn(adviseOnUse(name), resource);
          return value;
        });
        return told;
      },
    });
  }
}

function adviseOnUse(name: string): string {
  return `The program uses ${name}, which is not known, because this credential was adopted. A sentence is passed on instead of the secret. Keep the secret where it is used (ignoreChanges), or create a new one with rotateEvery or \`pulumi up --replace URN\`.`;
}
