/**
 * What Pulumi does with a dynamic provider, small: state, plans, replacements, what is left to
 * delete, failures of single resources. The verbs are the real ones. That the real engine does the
 * same is what test/engine is for.
 */

import { isDeepStrictEqual } from "node:util";
import type { Kind } from "../../provider/access/kinds";
import { currentRun } from "../../provider/engine/run";
import { providers } from "../providers";

export type { Kind };

type Properties = Record<string, unknown>;

export interface Declared {
  readonly kind: Kind;
  readonly inputs: Properties;
}

export type Program = ReadonlyMap<string, Declared>;

interface Stored {
  readonly kind: Kind;
  readonly id: string;
  inputs: Properties;
  outs: Properties;
}

export interface RunResult {
  /** What went wrong, by the resource's name. */
  readonly failures: ReadonlyMap<string, Error>;
  /** What was done, for example `"update ci"`. */
  readonly changes: readonly string[];
}

export class Engine {
  readonly state = new Map<string, Stored>();
  /** The old halves of replacements, which a failure kept. */
  pending: { name: string; stored: Stored }[] = [];

  constructor(private readonly config: Readonly<Record<string, string>>) {}

  /**
   * `pulumi up --continue-on-error`; with `refresh`, `--refresh` before it. Each is a provider
   * process of its own.
   */
  async up(program: Program, { refresh = false, dry = false } = {}): Promise<RunResult> {
    const failures = new Map<string, Error>();
    const changes: string[] = [];
    const attempt = async (name: string, work: () => Promise<void>) => {
      try {
        await work();
      } catch (error) {
        failures.set(name, error as Error); // Verbs throw errors alone.
      }
    };
    const config = { get: (key: string) => this.config[key] };
    for (const provider of Object.values(providers))
      await provider.configure?.({ config } as never); // Nothing else of the request is looked at.
    try {
      if (refresh) {
        await Promise.all(
          [...this.state].map(([name, stored]) => attempt(name, () => this.refresh(name, stored))),
        );
        // A refresh that failed ends the run.
        if (failures.size > 0) return { failures, changes };
      }
      await Promise.all(
        [...program].map(([name, declared]) =>
          attempt(name, () => this.deploy(name, declared, changes, dry)),
        ),
      );
      for (const [name, stored] of [...this.state]) {
        if (program.has(name)) continue;
        changes.push(`delete ${name}`);
        if (dry) continue;
        await attempt(name, async () => {
          await this.end(stored);
          this.state.delete(name);
        });
      }
      for (const entry of dry ? [] : [...this.pending]) {
        await attempt(entry.name, async () => {
          await this.end(entry.stored);
          this.pending = this.pending.filter((other) => other !== entry);
        });
      }
      return { failures, changes };
    } finally {
      await currentRun.end();
    }
  }

  private async refresh(name: string, stored: Stored): Promise<void> {
    const read = await providers[stored.kind].read?.(stored.id, stored.outs);
    if (read?.id === "") this.state.delete(name);
    else if (read !== undefined)
      Object.assign(stored, { outs: read.props, inputs: read.inputs ?? stored.inputs });
  }

  private async deploy(
    name: string,
    { kind, inputs: given }: Declared,
    changes: string[],
    dry: boolean,
  ): Promise<void> {
    const provider = providers[kind];
    const old = this.state.get(name);
    const { inputs, failures = [] } = (await provider.check?.(old?.inputs ?? {}, given)) ?? {
      inputs: given,
    };
    if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join("\n"));
    const make = async (): Promise<Stored> => {
      const { id, outs } = await provider.create(inputs);
      return { kind, id, inputs, outs: outs as Properties };
    };
    if (old === undefined) {
      changes.push(`create ${name}`);
      if (!dry) this.state.set(name, await make());
      return;
    }
    const diff = await provider.diff?.(old.id, old.outs, inputs);
    // Where the provider leaves it to the engine, the inputs decide.
    if (!(diff?.changes ?? !isDeepStrictEqual(old.inputs, inputs)) || diff === undefined) return;
    if (!diff.replaces?.length) {
      changes.push(`update ${name}`);
      if (dry) return;
      const updated = await provider.update?.(old.id, old.outs, inputs);
      Object.assign(old, { inputs, outs: updated?.outs ?? old.outs });
      return;
    }
    changes.push(`replace ${name}`);
    if (dry) return;
    if (diff.deleteBeforeReplace) {
      await this.end(old);
      this.state.delete(name);
    }
    this.state.set(name, await make());
    if (!diff.deleteBeforeReplace) this.pending.push({ name, stored: old });
  }

  private async end({ kind, id, outs }: Stored): Promise<void> {
    await providers[kind].delete?.(id, outs);
  }
}
