/** The users and machines that a question is about, from a file or from the tailnet. */

import { z } from "zod";
import { describeFormMismatch } from "../../access/form-mismatch";
import {
  type Device,
  readDevices,
  readUsers,
  type TailnetUser,
  usersScope,
} from "../../api/devices";
import { NotFound, NotPermitted } from "../../api/errors";
import type { Tailnet as Api } from "../../api/tailnet";
import type { Machine, Tailnet } from "../../policy-file/tailnet";
import { CommandFailure } from "../failure";
import { readTextFile } from "../files";
import { printAside } from "../output";

const texts = z.array(z.string());

const machinesFile = z.looseObject({
  policy: z.record(z.string(), z.unknown()).optional(),
  users: z
    .array(z.looseObject({ name: z.string(), email: z.string(), role: z.string() }))
    .default([]),
  machines: z.array(
    z.looseObject({
      name: z.string(),
      ipv4: z.string().optional(),
      ipv6: z.string().optional(),
      tags: texts.optional(),
      user: z.string().optional(),
      routes: texts.optional(),
      approved: texts.optional(),
      attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
    }),
  ),
  services: z
    .array(
      z.looseObject({
        name: z.string(),
        ipv4: z.string().optional(),
        ipv6: z.string().optional(),
        tags: texts.optional(),
      }),
    )
    .optional(),
});

export interface MachinesFile {
  readonly tailnet: Tailnet;
  /** The policy file, if the file also has one. */
  readonly policy?: string;
}

export function readMachinesFile(path: string): MachinesFile {
  let content: unknown;
  try {
    content = JSON.parse(readTextFile(path));
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    throw new CommandFailure(`${path} cannot be used: it is not JSON.${example}`);
  }
  const read = machinesFile.safeParse(content);
  if (!read.success) {
    throw new CommandFailure(
      `${path} cannot be used: ${describeFormMismatch(read.error.issues, content)}.${example}`,
    );
  }
  const { policy, ...tailnet } = read.data;
  // The cast holds: zod types absent members as possibly undefined, but leaves them absent.
  return {
    tailnet: tailnet as unknown as Tailnet,
    ...(policy && { policy: JSON.stringify(policy) }),
  };
}

const example =
  '\n  Give {"users": [{"name": "ada", "email": "ada@acme.example", "role": "owner"}], "machines": [{"name": "web-1", "ipv4": "100.64.0.1", "tags": ["tag:web"]}]}.';

/** Fetches the tailnet's machines and, if the deployer may read them, its users. */
export async function fetchMachines({ name, api }: Api): Promise<Tailnet> {
  const devices = await readDevices(name, api);
  return { users: await fetchUsers(name, api), machines: devices.map(toMachine) };

  async function fetchUsers(...where: Parameters<typeof readUsers>) {
    try {
      return (await readUsers(...where)).map(toUser);
    } catch (error) {
      // A trust credential without the scope gets 404 (fact: users-without-scope-is-404).
      if (!(error instanceof NotPermitted || error instanceof NotFound)) throw error;
      printAside(`The users' roles are not known: the deployer lacks ${usersScope}.`);
      const names = new Set(
        devices.filter(({ tags }) => tags.length === 0).map(({ user }) => user),
      );
      return [...names].map((loginName) => ({ name: loginName, email: loginName }));
    }
  }
}

function toUser({ loginName, role }: TailnetUser): Tailnet["users"][number] {
  return { name: loginName, email: loginName, role };
}

function toMachine({ name, addresses, user, tags, routes, approved }: Device): Machine {
  const ipv4 = addresses.find((address) => address.includes("."));
  const ipv6 = addresses.find((address) => address.includes(":"));
  return {
    name,
    ...(ipv4 !== undefined && { ipv4 }),
    ...(ipv6 !== undefined && { ipv6 }),
    ...(tags.length > 0 ? { tags } : { user }),
    routes,
    approved,
  };
}
