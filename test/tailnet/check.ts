/** The examination of one fact. */

import type { Api } from "./api.ts";
import type { ExaminedId } from "./facts.ts";
import type { Outcome } from "./outcome.ts";

export type Check = (api: Api) => Promise<Outcome>;

/** The examinations of some facts, each under the id of its fact. */
export type Checks = Partial<Record<ExaminedId, Check>>;
