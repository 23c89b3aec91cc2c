/** The review of a pull request that lets one tag of a company own another. */

import { readPreview } from "../../provider/review/input/preview";
import { type Review, reviewWithReach } from "../../provider/review/review";
import { company } from "../reach/a-company";
import { previewOf, step } from "../unit/a-preview";

export function reviewNewOwner(): Review {
  const acl = "tailscale:index/acl:Acl";
  const earlier = company.replace('"tag:web": ["tag:ci"]', '"tag:web": []');
  const ci = { scopes: ["auth_keys"], tags: ["tag:ci"] };
  const read = readPreview(
    previewOf(
      step("update", acl, "policy", { acl: earlier }, { acl: company }),
      step("same", "OAuthClient", "ci", ci, ci),
    ),
  );
  if ("problem" in read) throw new Error(read.problem);
  const found = reviewWithReach(read.steps, {});
  if ("problem" in found) throw new Error(found.problem);
  return found;
}
