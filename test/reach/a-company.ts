/** A small company's policy file, by which the tests of reach tell what they mean. */

import { readPolicyFile } from "../../provider/policy-file/read";
import { type Network, toNetwork } from "../../provider/reach/network";

export const company = `{
  "groups": { "group:ops": ["ada@acme.example"] },
  "hosts": { "ledger": "10.20.0.10" },
  "postures": { "posture:managed": ["node:os == 'macos'", "custom:managed == true"] },
  "tagOwners": {
    "tag:ci": [],
    "tag:web": ["tag:ci"],
    "tag:db": ["tag:web"],
    "tag:bastion": ["group:ops"],
    "tag:backup": []
  },
  "grants": [
    { "src": ["tag:ci"], "dst": ["tag:web"], "ip": ["tcp:22"] },
    { "src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:5432"] },
    { "src": ["tag:bastion"], "dst": ["tag:db"], "ip": ["tcp:22"] },
    { "src": ["tag:db"], "dst": ["10.20.0.0/16"], "ip": ["tcp:443"], "srcPosture": ["posture:managed"] },
    { "src": ["group:ops"], "dst": ["tag:bastion"], "ip": ["*"] }
  ],
  "ssh": [
    { "action": "accept", "src": ["tag:bastion"], "dst": ["tag:db"], "users": ["root"] },
    { "action": "check", "src": ["group:ops"], "dst": ["tag:bastion"], "users": ["deploy"] }
  ]
}`;

export function networkFrom(policy: string | object): Network {
  const reading = readPolicyFile(typeof policy === "string" ? policy : JSON.stringify(policy));
  if ("policy" in reading) return toNetwork(reading.policy);
  throw new Error(reading.refused.map(({ reason }) => reason).join("; "));
}
