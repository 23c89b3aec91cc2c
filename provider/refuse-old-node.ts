/**
 * A program and the provider process load this file first, because on a Node that is too old the
 * following modules would fail with a message that does not help.
 */

import { describeOldNode } from "./versions";

const problem = describeOldNode(process.versions.node);
// Marks the error as Pulumi's RunError, of which only the message is shown. The SDK itself is not
// loaded, because it may need a newer Node, too.
if (problem !== undefined) throw Object.assign(new Error(problem), { __pulumiRunError: true });
