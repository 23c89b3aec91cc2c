/** The argument `mintedBy`: the OAuth client that creates an auth key. */

import { z } from "zod";
import { describeType } from "../../access/form-mismatch";
import { sanitize } from "../../access/sanitize";
import { detectForm, fits, formInWords, parseSecretId } from "../../access/secret-form";
import { isNotKnown } from "../../engine/unknown-secret";
import { createTextSchema } from "./common";

export const minter = z
  .object(
    {
      clientId: createTextSchema("the client's id").min(1, {
        error: "is empty: give the id of the OAuth client",
      }),
      clientSecret: createTextSchema("the client's secret")
        .min(1, {
          error:
            "is empty: give the secret of the OAuth client, which is known only to the program that creates it",
        })
        .refine((secret) => !isNotKnown(secret), {
          error:
            "is not known, because that OAuth client was adopted: give it rotateEvery, or replace it with `pulumi up --replace URN`",
        })
        .superRefine((secret, context) => {
          const form = detectForm(secret);
          if (form === undefined || form === "client" || form === "otherSecret") return;
          context.addIssue({
            code: "custom",
            message: `is ${formInWords[form]}: give the secret of the OAuth client, which begins with "tskey-client-"`,
          });
        }),
    },
    {
      error: (issue) =>
        `expected an OAuthClient, or { clientId, clientSecret }, got ${describeType(issue.input)}`,
    },
  )
  .superRefine(({ clientId, clientSecret }, context) => {
    if (detectForm(clientSecret) !== "client" || fits(clientId, clientSecret)) return;
    context.addIssue({
      code: "custom",
      path: ["clientId"],
      message: `${JSON.stringify(sanitize(clientId))} does not belong to clientSecret, which is that of ${parseSecretId(clientSecret)}: give the id and the secret of the same OAuth client`,
    });
  })
  .optional();
