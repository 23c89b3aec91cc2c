/** The definition of OAuth clients. */

import { z } from "zod";
import { buildDeclaration } from "../access/kinds";
import type { KeyResource, Schemas } from "../engine/resource";
import { connection, description, generation, tags } from "./arguments/common";
import { rotateEvery } from "./arguments/duration";
import { checkScopes, scopes, unlistedScopes } from "./arguments/scopes";
import { createKeyVerbs, openKeys, toGrants } from "./key-verbs";
import { isRenaming, mergeChanges, toTrustCredentialProperties } from "./trust-credential";

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
  ...createKeyVerbs(kind, toTrustCredentialProperties),
  type: kind,
  inputs,
  isRewriting: isRenaming,
  checkTogether: checkScopes,
  findGrants: (known) => toGrants(kind, known),

  async create({ scopes, tags, description }, tailnet) {
    const made = await openKeys(kind, tailnet).createWithSecret({ scopes, tags, description });
    return { ...toTrustCredentialProperties(made), id: made.id, clientSecret: made.key };
  },
  async update(id, wanted, changed, _state, tailnet) {
    return toTrustCredentialProperties(
      await openKeys(kind, tailnet).update(id, (now) =>
        mergeChanges(declaration.inPlace, wanted, changed, now),
      ),
    );
  },
};
