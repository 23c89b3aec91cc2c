/** The examination of every fact that can be examined. */

import type { Check } from "../check.ts";
import type { ExaminedId } from "../facts.ts";
import { auditLog } from "./audit-log.ts";
import { credentials } from "./credentials.ts";
import { scopesAndTags } from "./scopes-and-tags.ts";
import { tailnet } from "./tailnet.ts";
import { tokens } from "./tokens.ts";
import { workloadIdentity } from "./workload-identity.ts";

export const checks: Readonly<Record<ExaminedId, Check>> = {
  ...tokens,
  ...workloadIdentity,
  ...scopesAndTags,
  ...credentials,
  ...tailnet,
  ...auditLog,
};
