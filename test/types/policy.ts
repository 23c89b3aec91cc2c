/** What a policy pack may set. */

import type { PolicyPack, ResourceValidationPolicy } from "@pulumi/policy";
import { policies, policyPack, type Rules } from "tailscope/policy";
import { same } from "./same";

same<ReturnType<typeof policies>, ResourceValidationPolicy[]>();
same<ReturnType<typeof policyPack>, PolicyPack>();
same<Parameters<typeof policies>[0], Rules | undefined>();

policies();
policies({ "no-all-scope": "advisory", "auth-key-expiry": { longest: "30d" } });
policyPack("acme");
// @ts-expect-error Not a rule.
policies({ "no-al-scope": "advisory" });
// @ts-expect-error A pack of these rules changes nothing.
policies({ "no-all-scope": "remediate" });
// @ts-expect-error Not an option of that rule.
policies({ "auth-key-expiry": { longst: "30d" } });
// @ts-expect-error A pack has a name.
policyPack();
