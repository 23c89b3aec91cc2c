/**
 * Reads of keys that come together share one list. So a refresh of any number of credentials takes
 * one request, and one more for each that the list does not show (the API lists active keys only).
 * Source: https://tailscale.com/api#tag/keys (GET /tailnet/{tailnet}/keys)
 */

import type { ApiClient } from "../auth/client";
import { NotPermitted } from "../errors";
import { defineSchema } from "../lazy-schema";
import { isActive, type Key, type KeyType, keySchema } from "./key";

/** How soon each read of one refresh follows the one before it, also on a busy machine. */
const longestPause = 3000;
/** The oldest list that a read takes, however many reads there are. */
const oldestList = 15_000;

export interface KeyList {
  /** The active key; undefined if the list does not show it. */
  find(id: string): Promise<Key | undefined>;
  /** Every active key that the client may see; undefined if it may not list them. */
  all(): Promise<readonly Key[] | undefined>;
  /** Whether the list shows a key of that type that another user than `own` created. */
  showsOthers(type: KeyType, own: string): Promise<boolean>;
  /** Drops the list, because a write of ours has made it out of date. */
  forget(): void;
}

const answer = defineSchema((z) => z.object({ keys: z.array(keySchema()).nullable() }));

export function createKeyList(
  tailnet: string,
  api: ApiClient,
  now: () => number = Date.now,
): KeyList {
  let shared: SharedList | undefined;

  async function fetchKeys(): Promise<Listed | undefined> {
    const path = `/tailnet/${encodeURIComponent(tailnet)}/keys?all=true`;
    try {
      const { keys } = await api.send(
        { doing: "list the keys", method: "GET", path, needs: "auth_keys:read" },
        answer,
      );
      return index(keys ?? []);
    } catch (error) {
      // Not fatal: single reads may be allowed, and their error names the missing scope.
      if (error instanceof NotPermitted) return undefined;
      throw error;
    }
  }

  function getCurrent(): Promise<Listed | undefined> {
    const at = now();
    if (shared === undefined || isTooOld(shared, at)) {
      const entry: SharedList = { asked: at, used: at, isPending: true, listed: fetchKeys() };
      shared = entry;
      entry.listed.then(
        () => {
          entry.isPending = false;
          entry.used = now();
        },
        () => {
          if (shared === entry) shared = undefined;
        },
      );
    }
    shared.used = at;
    return shared.listed;
  }

  return {
    async find(id) {
      return (await getCurrent())?.found.get(id);
    },
    all: async () => (await getCurrent())?.keys,
    async showsOthers(type, own) {
      return (
        (await getCurrent())?.keys.some((key) => key.keyType === type && key.userId !== own) ??
        false
      );
    },
    forget() {
      shared = undefined;
    },
  };
}

interface SharedList {
  readonly asked: number;
  /** When it was last used or, if that is later, when the answer came. */
  used: number;
  /** Until the answer is there, all reads wait for it. */
  isPending: boolean;
  readonly listed: Promise<Listed | undefined>;
}

function isTooOld({ asked, used, isPending }: SharedList, at: number): boolean {
  return !isPending && (at - used > longestPause || at - asked > oldestList);
}

interface Listed {
  readonly keys: readonly Key[];
  /**
   * Those that need not be read by themselves, by id: each of many credentials asks for its own.
   */
  readonly found: ReadonlyMap<string, Key>;
}

function index(keys: readonly Key[]): Listed {
  const found = new Map<string, Key>();
  for (const key of keys)
    if (!found.has(key.id) && isWhole(key) && isActive(key)) found.set(key.id, key);
  return { keys, found };
}

/** An older form of the list has only ids: such a key must be read by itself. */
function isWhole({ keyType, capabilities, scopes }: Key): boolean {
  return keyType === "auth" ? Boolean(capabilities?.devices?.create) : Boolean(scopes?.length);
}
