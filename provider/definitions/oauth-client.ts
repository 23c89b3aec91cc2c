/** What an OAuth client is to the engine. */

import { z } from "zod";
import { buildDeclaration } from "../access/kinds";
import type { KeyResource, Schemas } from "../engine/resource";
import { connection, description, generation, tags } from "./arguments/common";
import { rotateEvery } from "./arguments/duration";
import { scopeFailures, scopes, unlistedScopes } from "./arguments/scopes";
import { grantsOf, keysOf, keyVerbs } from "./key-verbs";
import { isRenaming, mergeChanges, seenTrustCredential } from "./trust-credential";

const kind = "OAuthClient";

const inputs = z.object({
  scopes,
  tags,
  description,
  unlistedScopes,
  rotateEvery,
  generation,
  connection,
} satisfies Schemas<typeof kind>);

const declaration = buildDeclaration(kind);

export const oauthClient: KeyResource<z.output<typeof inputs>> = {
  ...declaration,
  ...keyVerbs(kind, seenTrustCredential),
  type: kind,
  inputs,
  isRewriting: isRenaming,
  rules: scopeFailures,
  grants: (known) => grantsOf(kind, known),

  async create({ scopes, tags, description }, tailnet) {
    const made = await keysOf(kind, tailnet).createWithSecret({ scopes, tags, description });
    return { ...seenTrustCredential(made), id: made.id, clientSecret: made.key };
  },
  async update(id, wanted, changed, _state, tailnet) {
    return seenTrustCredential(
      await keysOf(kind, tailnet).update(id, (now) =>
        mergeChanges(declaration.inPlace, wanted, changed, now),
      ),
    );
  },
};
