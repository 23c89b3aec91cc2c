/**
 * Loaded before all else by a program and by the provider process: on a Node that is too old, what
 * comes next would fail with a message that says nothing.
 */

import { describeOldNode } from "./versions";

const problem = describeOldNode(process.versions.node);
// The mark of Pulumi's RunError, of which the message alone is shown. The SDK is not loaded for it:
// a Node that is too old for Tailscope may be too old for the SDK.
if (problem !== undefined) throw Object.assign(new Error(problem), { __pulumiRunError: true });
